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

{{/* A time such as "1m 30s" in milliseconds. */}}
{{- define "cicatrix.millis" -}}
{{- $s := 1000 -}}{{- $m := 60000 -}}{{- $h := 3600000 -}}
{{- $units := dict "ms" 1 "s" $s "sec" $s "secs" $s "second" $s "seconds" $s "m" $m "min" $m "mins" $m "minute" $m "minutes" $m "h" $h "hour" $h "hours" $h -}}
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
{{- if not (regexMatch ":[1-9][0-9]*$" (toString (index $settings .))) -}}
{{- fail (printf "settings: %s names no port; write for example 0.0.0.0:50051" .) -}}
{{- end -}}
{{- if regexMatch "^(127\\.|\\[::1\\]|localhost)" (toString (index $settings .)) -}}
{{- fail (printf "settings: %s is an address that nobody outside of the pod reaches; write 0.0.0.0 or [::] with a port" .) -}}
{{- end -}}
{{- end -}}
{{- if eq (include "cicatrix.port" .) (include "cicatrix.adminPort" .) -}}
{{- fail "settings: server.listen and admin.listen have one port; give each its own" -}}
{{- end -}}
{{- $jwt := list "auth.jwt.issuer" "auth.jwt.audience" "auth.jwt.jwks" -}}
{{- range $one := $jwt -}}{{- range $other := $jwt -}}
{{- if and (index $settings $one) (not (index $settings $other)) -}}
{{- fail (printf "settings: %s is missing; tokens need auth.jwt.issuer, auth.jwt.audience and auth.jwt.jwks" $other) -}}
{{- end -}}
{{- end -}}{{- end -}}
{{- if and (index $settings "tls.client_ca") (not (index $settings "tls.certificate")) -}}
{{- fail "settings: tls.client_ca needs TLS; set tls.certificate and tls.key" -}}
{{- end -}}
{{- range $name, $value := $settings -}}
{{- if and (hasPrefix "/etc/cicatrix/secret/" (toString $value)) (not $.Values.secret.existing) -}}
{{- fail (printf "settings: %s names a file of the secret; set secret.existing" $name) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (gt (int64 .Values.autoscaling.minReplicas) (int64 .Values.autoscaling.maxReplicas)) -}}
{{- fail "autoscaling: minReplicas must be at most maxReplicas" -}}
{{- end -}}
{{- $delay := include "cicatrix.millis" (toString (default "0s" (index $settings "server.drain_delay"))) | int64 -}}
{{- $drain := include "cicatrix.millis" (toString (default "25s" (index $settings "server.drain_timeout"))) | int64 -}}
{{- if ge (add $delay $drain) (mul 1000 (int64 .Values.gracePeriodSeconds)) -}}
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
