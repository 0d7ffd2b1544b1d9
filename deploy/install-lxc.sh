#!/usr/bin/env bash
# Makes an unprivileged LXC container on a Proxmox VE host and installs Lares in it as a hardened service.
# Run it as root on the host, from a checkout:  deploy/install-lxc.sh [--id 200] [--name lares] [--storage local-lvm] [--bridge vmbr0] [--ip dhcp] [--dry-run]
# Inside any Debian 12 or 13 (no Proxmox needed): deploy/install-lxc.sh --here
set -euo pipefail

id='' name=lares storage=local-lvm templates=local bridge=vmbr0 ip=dhcp here=false dry=false
usage() { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
while [ $# -gt 0 ]; do
  case $1 in
    --id) id=$2; shift ;;
    --name) name=$2; shift ;;
    --storage) storage=$2; shift ;;
    --templates) templates=$2; shift ;;
    --bridge) bridge=$2; shift ;;
    --ip) ip=$2; shift ;;
    --here) here=true ;;
    --dry-run) dry=true ;;
    *) usage ;;
  esac
  shift
done

repository=$(cd "$(dirname "$0")/.." && pwd)
run() { if $dry; then printf '%q ' "$@"; echo; else "$@"; fi; }

# Everything that happens inside the machine that will run Lares.
install_here() {
  local major
  run apt-get update -qq
  run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm ca-certificates
  if ! $dry; then
    major=$(node -p 'Number(process.versions.node.split(".")[0])')
    if [ "$major" -lt 20 ]; then
      echo "Node $major is too old: Lares needs 20.19 or newer. Debian 13 has it; for Debian 12 add the NodeSource repository first (https://github.com/nodesource/distributions)." >&2
      exit 1
    fi
  fi
  if [ "$repository" != /opt/lares ]; then
    run install -d /opt/lares
    run cp -a "$repository"/. /opt/lares/
  fi
  [ -f /opt/lares/dist/lares.js ] || run sh -c 'cd /opt/lares && npm ci'
  run install -d -m 0700 /etc/lares
  [ -f /etc/lares/lares.env ] || run install -m 0600 /dev/null /etc/lares/lares.env
  run install -m 0644 /opt/lares/deploy/lares.service /etc/systemd/system/lares.service
  run systemctl daemon-reload
  run systemctl enable lares.service
  cat <<'NEXT'

Installed. Next:
  1. Write the variables of your services into /etc/lares/lares.env (docs/configuration.md).
  2. systemctl start lares && systemctl status lares
  3. Make a token: systemd-run --pipe --wait -q -p DynamicUser=yes -p User=lares -p StateDirectory=lares -E LARES_STATE_DIR=/var/lib/lares node /opt/lares/dist/lares.js token add laptop --scope read
  4. Put a proxy with TLS in front (deploy/Caddyfile), or set LARES_TLS_CERT, LARES_TLS_KEY and LARES_HTTP_HOST.
NEXT
}

if $here; then
  [ "$(id -u)" = 0 ] || $dry || { echo 'This needs root.' >&2; exit 1; }
  install_here
  exit 0
fi

if ! $dry; then
  command -v pct >/dev/null || { echo 'There is no pct here: this is not a Proxmox VE host. Inside a container use --here.' >&2; exit 1; }
  pveam update >/dev/null
  id=${id:-$(pvesh get /cluster/nextid)}
  template=$(pveam available --section system | awk '$2 ~ /^debian-13-standard/ { print $2 }' | sort -V | tail -1)
  [ -n "$template" ] || { echo 'No Debian 13 template is offered (pveam available --section system).' >&2; exit 1; }
fi
id=${id:-200}
template=${template:-debian-13-standard_amd64.tar.zst}
run pveam download "$templates" "$template"
run pct create "$id" "$templates:vztmpl/$template" --hostname "$name" --unprivileged 1 --features nesting=1 --cores 1 --memory 512 --swap 0 --rootfs "$storage:4" --net0 "name=eth0,bridge=$bridge,ip=$ip" --onboot 1 --start 1
run sh -c "tar -C '$repository' --exclude=.git --exclude=node_modules --exclude=dist -cf - . | pct exec '$id' -- sh -c 'mkdir -p /opt/lares && tar -C /opt/lares -xf -'"
run pct exec "$id" -- bash /opt/lares/deploy/install-lxc.sh --here
