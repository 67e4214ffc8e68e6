# The check commands for the scripts of PipelineTests. Shell.swift sources this file before a script. A script
# that starts another bash sources it there too: bash -c 'source "$CHECKS"; …'.
#
# A command that fails ends the script and adds a record to the file $FAILURES. This includes commands in a pipe,
# a function, a subshell or a substitution, where `set -e` alone ignores a failure. Bash ignores the status of a
# condition, of `! COMMAND`, and of all but the last command of `A && B`. HarnessTests rejects the last two.

set -eE -o pipefail
shopt -s inherit_errexit

# record STATUS COMMAND [NOTE]: adds a record of five fields, each followed by a zero byte. The second field has
# the line numbers of the script that led here, the innermost first. The note includes the variable context if a
# script sets it.
record() {
  local status=$1 command=$2 note=$3 lines='' index
  # Only a pipe has several statuses. A single status is already recorded.
  [[ $note == *' '* ]] || note=''
  for index in "${!BASH_SOURCE[@]}"; do
    if [[ ${BASH_SOURCE[index + 1]} == "$SCRIPT" ]]; then lines+="${BASH_LINENO[index]} "; fi
  done
  printf '%s\0' "$status" "$lines" "$PWD" "$command" "$note${context:+ ($context)}" >> "$FAILURES"
}

# fail STATUS COMMAND NOTE: records a failure and ends the script.
fail() {
  record "$@"
  trap - ERR
  exit 1
}

trap 'record $? "$BASH_COMMAND" "${PIPESTATUS[*]}"' ERR
# scripts/mutate-checks changes one check of the script with a sed program.
if [[ ${MUTATION-} ]]; then sed -i "$MUTATION" "$SCRIPT"; fi

# Shell.swift sends SIGTERM at the time limit. Bash does not provide the line of the command in this trap.
trap 'SCRIPT=none record 143 "$BASH_COMMAND" "stopped by SIGTERM"; exit 143' TERM

# exits STATUS COMMAND…: checks that the command ends with this status. `exits 143 wait $!` waits for a job.
# If the command is a function, bash ignores failures before its last command.
exits() {
  local expected=$1 status=0
  shift
  "$@" || status=$?
  if ((status != expected)); then fail "$status" "$*" "expected status $expected"; fi
}

# differ A B: checks that both files exist and that their bytes differ.
differ() {
  local status=0
  cmp -s -- "$1" "$2" || status=$?
  if ((status != 1)); then
    if ((status == 0)); then fail 0 "differ $*" 'the files are equal'; fi
    fail "$status" "differ $*" 'a file is missing'
  fi
}

# absent PATH…: checks that the paths do not exist.
absent() {
  local path
  for path; do
    if [[ -e $path || -L $path ]]; then fail 0 "absent $*" "$path exists"; fi
  done
}

# has [OPTION…] PATTERN FILE: checks that a line of the file matches. lacks [OPTION…] PATTERN FILE: checks that no
# line matches. The options are those of grep.
has() { match 0 has "$@"; }
lacks() { match 1 lacks "$@"; }
match() {
  local expected=$1 command="${*:2}" status=0 file="${*: -1}"
  grep -q "${@:3}" || status=$?
  if ((status != expected)); then
    fail "$status" "$command" "$file has: $(head -c 2000 -- "$file" 2>&1 || true)"
  fi
}

# await CONDITION: waits until the condition is true, for at most a minute.
await() {
  local start=$SECONDS
  until eval "$1"; do
    if ((SECONDS - start > 60)); then fail 1 "await $1" 'not within a minute'; fi
    sleep 0.01
  done
}

# with_signals COMMAND…: replaces the shell with a command that has the default actions for signals, which the
# caller of the tests may have ignored. For a background job.
with_signals() { exec env --default-signal=INT,TERM,HUP "$@"; }
