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

{{/* A time such as "1m 30s" in seconds. */}}
{{- define "cicatrix.seconds" -}}
{{- $units := dict "ms" 0 "s" 1 "sec" 1 "secs" 1 "second" 1 "seconds" 1 "m" 60 "min" 60 "mins" 60 "minute" 60 "minutes" 60 "h" 3600 "hour" 3600 "hours" 3600 -}}
{{- $sum := 0 -}}
{{- range regexFindAll "[0-9]+ *[A-Za-z]+" . -1 -}}
{{- $unit := regexFind "[A-Za-z]+" . -}}
{{- if not (hasKey $units $unit) -}}{{- fail (printf "settings: %s is no time of draining; write it in s or m" .) -}}{{- end -}}
{{- $sum = add $sum (mul (regexFind "[0-9]+" . | int) (get $units $unit)) -}}
{{- end -}}
{{- $sum -}}
{{- end -}}

{{/* Fails where pods would not be reached, or would be killed while they drain. */}}
{{- define "cicatrix.sound" -}}
{{- $settings := .Values.settings -}}
{{- range list "server.listen" "admin.listen" -}}
{{- if regexMatch "^(127\\.|\\[::1\\]|localhost)" (toString (index $settings .)) -}}
{{- fail (printf "settings: %s is an address that nobody outside of the pod reaches; write 0.0.0.0 or [::] with a port" .) -}}
{{- end -}}
{{- end -}}
{{- $delay := include "cicatrix.seconds" (toString (default "0s" (index $settings "server.drain_delay"))) | int -}}
{{- $drain := include "cicatrix.seconds" (toString (default "25s" (index $settings "server.drain_timeout"))) | int -}}
{{- if ge (add $delay $drain) (int64 .Values.gracePeriodSeconds) -}}
{{- fail "gracePeriodSeconds: must be longer than server.drain_delay and server.drain_timeout together, or pods are killed while they drain" -}}
{{- end -}}
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
