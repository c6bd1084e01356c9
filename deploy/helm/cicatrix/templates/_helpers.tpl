{{- define "cicatrix.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "cicatrix.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains (include "cicatrix.name" .) .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "cicatrix.name" .) | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "cicatrix.selector" -}}
app.kubernetes.io/name: {{ include "cicatrix.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "cicatrix.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "cicatrix.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "cicatrix.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "cicatrix.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "cicatrix.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* Ports of the settings. */}}
{{- define "cicatrix.port" -}}
{{- regexFind "[0-9]+$" (required "settings: server.listen is missing" (index .Values.settings "server.listen")) -}}
{{- end -}}

{{- define "cicatrix.adminPort" -}}
{{- regexFind "[0-9]+$" (required "settings: admin.listen is missing" (index .Values.settings "admin.listen")) -}}
{{- end -}}

{{/* Not empty when the port speaks TLS. */}}
{{- define "cicatrix.tls" -}}
{{- if index .Values.settings "tls.certificate" }}tls{{ end -}}
{{- end -}}

{{/* Keys of a ConfigMap hold no slash. */}}
{{- define "cicatrix.key" -}}
{{- . | replace "/" "__" -}}
{{- end -}}

{{/* A setting as text. Every number of a values file is a float, which from a million on would be written as 1e+06. */}}
{{- define "cicatrix.value" -}}
{{- if kindIs "float64" . }}{{ int64 . }}{{ else }}{{ . }}{{ end -}}
{{- end -}}

{{/* Ports of what the settings have a pod call: the keys of the issuer and the collector of traces. */}}
{{- define "cicatrix.calls" -}}
{{- $ports := list -}}
{{- range $url := list (index .Values.settings "auth.jwt.jwks") (index .Values.settings "traces.otlp") -}}
{{- if and $url (contains "://" $url) -}}
{{- $url := urlParse $url -}}
{{- $named := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
{{- $ports = append $ports (default (ternary "443" "80" (eq $url.scheme "https")) $named | int) -}}
{{- end -}}
{{- end -}}
{{- uniq $ports | toJson -}}
{{- end -}}
