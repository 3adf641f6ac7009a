/** Bodies of kubectl 1.36.3, by the command that sent them. */
export const sentByKubectl: Readonly<Record<string, string>> = {
  'create namespace team-a': 'azhzAAoPCgJ2MRIJTmFtZXNwYWNlEh4KFgoGdGVhbS1hEgAaACIAKgAyADgAQgASABoCCgAaACIA',
  'create secret generic s1 --from-literal=a=b':
    'azhzAAoMCgJ2MRIGU2VjcmV0Eh4KEgoCczESABoAIgAqADIAOABCABIGCgFhEgFiGgAaACIA',
  'create deployment web --image=nginx --replicas 0 --port 80':
    'azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50ErgBCh8KA3dlYhIAGgAiACoAMgA4AEIAWgoKA2FwcBIDd2ViEoYBCAASDAoKCgNhcHASA3dlYhpsChwKABIAGgAiACoAMgA4AEIAWgoKA2FwcBIDd2ViEkwSLgoFbmdpbngSBW5naW54KgAyCgoAEAAYUCIAKgBCAGoAcgCAAQCIAQCQAQCiAQAaADIAQgBKAFIAWABgAGgAggEAigEAmgEAwgEAIgIKACgAOAAaDAgAEAAYACAAKAA4ABoAIgA=',
  'create service nodeport n --tcp=80:http --node-port=30080':
    'azhzAAoNCgJ2MRIHU2VydmljZRJnChsKAW4SABoAIgAqADIAOABCAFoICgNhcHASAW4SRAogCgc4MC1odHRwEgNUQ1AYUCIKCAEQABoEaHR0cCiA6wESCAoDYXBwEgFuGgAiCE5vZGVQb3J0OgBCAFIAWgBgAGgAGgIKABoAIgA=',
  "create cronjob cj --image=busybox --schedule='* * * * *' -- sh -c echo":
    'azhzAAoTCghiYXRjaC92MRIHQ3JvbkpvYhKrAQoSCgJjahIAGgAiACoAMgA4AEIAEpIBCgkqICogKiAqICoaACqCAQoSCgJjahIAGgAiACoAMgA4AEIAEmwyagoQCgASABoAIgAqADIAOABCABJWEi8KAmNqEgdidXN5Ym94GgJzaBoCLWMaBGVjaG8qAEIAagByAIABAIgBAJABAKIBABoJT25GYWlsdXJlMgBCAEoAUgBYAGAAaACCAQCKAQCaAQDCAQAaABoAIgA=',
}
