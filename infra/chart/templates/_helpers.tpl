{{- /* Image and how it is fetched, of a container. */ -}}
{{- define "assay.image" -}}
{{- with .Values.image -}}
image: {{ printf "%s%s" .repository (ternary (printf "@%s" .digest) (printf ":%s" (.tag | default $.Chart.AppVersion)) (ne .digest "")) | quote }}
{{- with .pullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
{{- end -}}
{{- end -}}

{{- /* Labels of pods: (list NAME VALUES), where VALUES are those of `serve` or `webhook`. */ -}}
{{- define "assay.podLabels" -}}
app.kubernetes.io/name: {{ index . 0 }}
{{- with (index . 1).podLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "assay.podAnnotations" -}}
{{- with .podAnnotations }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* Where pods may run: (list ROOT VALUES). */ -}}
{{- define "assay.placement" -}}
{{- with (index . 0).Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with (index . 1) }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* What goes out of any pod of Assay: names are looked up, API servers are asked. */ -}}
{{- define "assay.egress" -}}
- ports:
    - { port: 53, protocol: UDP }
    - { port: 53, protocol: TCP }
- ports:
    - { port: 443, protocol: TCP }
    - { port: 6443, protocol: TCP }
  {{- with .Values.networkPolicy.egress.apiServers }}
  to:
    {{- range . }}
    - ipBlock:
        cidr: {{ . }}
    {{- end }}
  {{- end }}
{{- end -}}
