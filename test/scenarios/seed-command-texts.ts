/** The two scripts of the page on the life of images, word for word, faults and all. What the product has instead is in `scripts/`. */
export const cleanUpOldImages = `#!/bin/bash
# cleanup-old-images.sh

NAMESPACE=\${1:-"production"}
KEEP_VERSIONS=\${2:-3}

echo "清理命名空间 $NAMESPACE 中超过 $KEEP_VERSIONS 个版本的镜像"

# 获取所有镜像名称
images=$(kubectl get repositories -n $NAMESPACE -o jsonpath='{.items[*].metadata.name}')

for image in $images; do
  echo "处理镜像: $image"

  # 获取该镜像的所有版本
  versions=$(kubectl get repositories -n $NAMESPACE -o json | \\
    jq -r ".items[] | select(.metadata.name == \\"$image\\") | .spec.tag" | \\
    sort -V | \\
    head -n -$KEEP_VERSIONS)

  for version in $versions; do
    echo "  删除版本: $version"
    kubectl delete repository "\${image}-\${version}" -n $NAMESPACE
  done
done
`

export const checkSyncStatus = `#!/bin/bash
# check-sync-status.sh

echo "检查镜像同步状态"

# 获取所有镜像仓库
repos=$(kubectl get repositories -A -o jsonpath='{.items[*].metadata.namespace}/{.items[*].metadata.name}')

for repo in $repos; do
  namespace=$(echo $repo | cut -d'/' -f1)
  name=$(echo $repo | cut -d'/' -f2)

  status=$(kubectl get repository $name -n $namespace -o jsonpath='{.status.syncStatus}')
  last_sync=$(kubectl get repository $name -n $namespace -o jsonpath='{.status.lastSynced}')

  echo "[$namespace/$name] 状态: $status, 最后同步: $last_sync"
done
`
