# shellcheck shell=bash
# Shared by tests/run, certificates/reproduce and .ci/run; to be sourced. Installs what packages.txt lists and builds into build/.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly root
jobs=$(nproc)
readonly jobs

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 2
}

is_installed() {
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# Prints the packages of the named groups that are neither installed nor replaced by the file that packages.txt names.
missing_packages() {
  local group package file
  while read -r group package file; do
    [[ $group != \#* && " $* " == *" $group "* ]] || continue
    [[ -n $file && -e /usr/$file ]] || is_installed "$package" || printf '%s\n' "$package"
  done <"$root/tests/support/packages.txt"
}

# install_missing GROUP...: needs neither root nor network when nothing is missing; never removes a package.
install_missing() {
  command -v dpkg-query >/dev/null || fail "this is not a Debian system: install the packages of tests/support/packages.txt by hand"
  local -a missing as_root=()
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "neither root nor sudo: as root, run apt-get install --no-remove ${missing[*]}"
    as_root=(sudo)
  fi
  echo "installing: ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q update ||
    fail "apt-get update failed; missing packages: ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends --no-remove "${missing[@]}" ||
    fail "apt-get could not install ${missing[*]} without removing others"
}

# configure_and_build TARGET...: the release preset, into build/.
configure_and_build() {
  (cd "$root" && cmake --preset release)
  cmake --build "$root/build" --parallel "$jobs" --target "$@"
}
