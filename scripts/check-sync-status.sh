#!/usr/bin/env bash
# Prints of every Repository object of all namespaces whether it is synced, and when it was last. Takes no arguments.
set -euo pipefail

echo "检查镜像同步状态"

# One line an object: two lists beside each other would mix up namespaces and names.
kubectl get repositories.image.theriseunion.io -A -o jsonpath='{range .items[*]}{"["}{.metadata.namespace}{"/"}{.metadata.name}{"] 状态: "}{.status.syncStatus}{", 最后同步: "}{.status.lastSynced}{"\n"}{end}'
