# What the scripts share: the repository's root, words for a person, the build environment. Sourced, never run.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

say() { printf '==> %s\n' "$*" >&2; }
die() { printf '%s\n' "$*" >&2; exit 1; }

# ccache shares objects between presets and clones; precompiled headers need the sloppiness.
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
export CCACHE_BASEDIR="$root"
export CCACHE_NOHASHDIR=1
jobs=${KALENDS_JOBS:-$(nproc)}

# Every C++ file of ours that git knows or will know.
cpp_files() { git ls-files --cached --others --exclude-standard -- 'src/*.cc' 'src/*.h' 'tests/*.cc' 'tests/*.h' 'bench/*.cc'; }
