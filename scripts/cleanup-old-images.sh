#!/usr/bin/env bash
# Deletes the Repository objects of old versions: cleanup-old-images.sh [NAMESPACE [VERSIONS_TO_KEEP]]
#
# What is old is not decided here. shelflife is asked first, by a policy on dry run: it counts the versions of each
# repository in their order, and spares what runs or could be rolled back to, what other policies exclude or keep, and
# what it does not know for sure. Nothing is deleted before the answer y on standard input, and nothing in a registry.
set -euo pipefail

NAMESPACE=${1:-"production"}
KEEP_VERSIONS=${2:-3}

repositories=repositories.image.theriseunion.io

fail() {
  echo "$1" >&2
  exit 1
}

# The shortest grace there is: what is younger than it is never judged, and the installation knows its own least.
create_policy() {
  kubectl create -n "$NAMESPACE" -o name -f - <<POLICY
apiVersion: image.theriseunion.io/v1alpha1
kind: ImageCleanupPolicy
metadata:
  generateName: cleanup-old-images-
  annotations:
    theriseunion.io/manual-run: cleanup-old-images
spec:
  keepRecent: $KEEP_VERSIONS
  gracePeriod: 1s
  targets: [Configuration]
  dryRun: true
POLICY
}

# The run of the policy, as JSON.
read_run() {
  if ! kubectl wait -n "$NAMESPACE" "$policy" --for=jsonpath='{.status.lastRun.completionTime}' --timeout=300s >/dev/null; then
    fail "expected a dry run of $policy within 5 minutes, its status says: $(kubectl get -n "$NAMESPACE" "$policy" -o jsonpath='{.status.conditions[?(@.type=="Ready")].message}'); look whether shelflife runs, then try again"
  fi
  kubectl get -n "$NAMESPACE" "$policy" -o json | jq -c .status.lastRun
}

# One line a version that would go: the object's name, the image without its tag, the tag, and why.
print_plan() {
  jq -r '.items // [] | .[] | (.image | capture("^(?<image>.*):(?<tag>[^:/]*)$")) as $at | [.name, $at.image, $at.tag, .message] | @tsv' <<<"$run"
}

# Every image of the namespace, whether a version of it goes or not.
print_images() {
  kubectl get -n "$NAMESPACE" "$repositories" -o json |
    jq -r '.items[] | [.status.domain, .spec.repository] | map(select(. != null)) | join("/")' | sort -u
}

# What workloads of the namespace refer to at this moment: what shelflife knows of them may be some minutes old.
print_running() {
  kubectl get -n "$NAMESPACE" -o json \
    pods,replicationcontrollers,deployments.apps,replicasets.apps,statefulsets.apps,daemonsets.apps,jobs.batch,cronjobs.batch |
    jq -r '.. | objects | .image?, .imageID?, (.image? | objects | .reference?) | strings'
}

# Looked at once more: what began to run while the question was open stays, and so does what nobody knows of.
is_unused() {
  local name=$1 reference=$2 object digest
  object=$(kubectl get -n "$NAMESPACE" "$repositories" "$name" -o json) || return 1
  digest=$(jq -r '.status.digest // "unknown"' <<<"$object")
  grep -Fxq -e "$reference" <<<"$running" && return 1
  grep -Fq -e "@$digest" <<<"$running" && return 1
  jq -e --arg reference "$reference" '.status.image == $reference and any(.status.conditions[]?; .type == "InUse" and .status == "False")' \
    <<<"$object" >/dev/null
}

delete_versions() {
  local name image tag
  while IFS=$'\t' read -r name image tag _; do
    [[ $image == "$1" ]] || continue
    if is_unused "$name" "$image:$tag"; then
      echo "  删除版本: $tag"
      kubectl delete -n "$NAMESPACE" "$repositories" "$name" || failed=1
    else
      echo "  保留版本: $tag"
    fi
  done <<<"$plan"
}

[[ $KEEP_VERSIONS =~ ^(0|[1-9][0-9]{0,2}|1000)$ ]] ||
  fail "expected how many versions to keep, 0 to 1000, as the second argument, got $KEEP_VERSIONS"

echo "清理命名空间 $NAMESPACE 中超过 $KEEP_VERSIONS 个版本的镜像"

policy=$(create_policy)
# While it stands it keeps its newest versions for other policies too, so that it must not be left behind.
trap 'kubectl delete -n "$NAMESPACE" "$policy" --wait=false >/dev/null' EXIT
run=$(read_run)
message=$(jq -r .message <<<"$run")
case $(jq -r .result <<<"$run") in
  Success) ;;
  PartialFailure) echo "not all could be looked at: $message" >&2 ;;
  *) fail "expected a dry run that looks at the versions of $NAMESPACE, it ended with: $message" ;;
esac
plan=$(print_plan)
images=$(print_images)

if [[ -n $plan ]]; then
  echo "试运行，将删除:"
  while IFS=$'\t' read -r name image tag why; do
    echo "  $image:$tag ($name): $why"
  done <<<"$plan"
  candidates=$(jq -r .candidates <<<"$run")
  listed=$(wc -l <<<"$plan")
  ((candidates <= listed)) || echo "另有 $((candidates - listed)) 个版本，请再次运行"
  printf '确认删除? [y/N] '
  read -r answer || fail "expected the answer y or N on standard input, got none: nothing was deleted"
  [[ -t 0 ]] || echo
  if [[ $answer != [yY] ]]; then
    echo "未删除任何版本"
    exit
  fi
fi

failed=0
[[ -z $plan ]] || running=$(print_running)
for image in $images; do
  echo "处理镜像: $image"
  delete_versions "$image"
done
exit "$failed"
