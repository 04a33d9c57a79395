#!/bin/bash
# A sweep on a real Slurm: three slurmd on this machine, one of which is killed in mid-run with all that it runs. The merged store must have
# the bytes of a single process. And the same parts by GNU parallel, where no cluster is.
. "$(dirname "$0")/tap.sh"
begin slurm
emamba=$PWD/build/emamba submit=$PWD/tools/slurm/submit

cat >"$work/space.yaml" <<Y
designs: [$PWD/configs/designs/tiny.yaml]
vary: {lanes: all, depths: sufficient}
method: {sample: 90000, seed: 7}
Y
check "a single process" "$emamba" explore "$work/space.yaml" -q -j2 -o "$work/single.sqlite"
by_parallel() {
  seq 3 | parallel -j2 "$emamba" explore "$work/space.yaml" --resume -q --part {}/3 -o "$work/part.{}.sqlite" &&
    "$emamba" explore --merge "$work/parallel.sqlite" "$work"/part.?.sqlite -q && cmp "$work/single.sqlite" "$work/parallel.sqlite"
}
if command -v parallel >/dev/null; then
  check "three parts by GNU parallel, merged: the same bytes" by_parallel
else
  echo "ok - three parts by GNU parallel # SKIP parallel missing"
fi
refused() { ! "$submit" "$@" 2>"$work/err" && [ "$(wc -l <"$work/err")" -eq 1 ]; }
check "submit without a file" refused "$work/nowhere.yaml" 3 "$work/out.sqlite"
check "submit with no parts" refused "$work/space.yaml" 0 "$work/out.sqlite"
check "submit over a store" refused "$work/space.yaml" 3 "$work/single.sqlite"

# ---- The cluster ----

missing=""
for program in munged slurmctld slurmd sbatch; do command -v $program >/dev/null || missing=$program; done
[ "$(id -u)" -eq 0 ] || missing=root
if [ -n "$missing" ]; then
  echo "ok - a cluster of three # SKIP $missing missing"
  [ "$failures" -eq 0 ]
  exit
fi
run=$(mktemp -d /tmp/emamba-slurm.XXXXXX)
chmod 755 "$run" # munge insists
export SLURM_CONF=$run/slurm.conf
daemons=()
end() {
  scontrol shutdown >/dev/null 2>&1
  sleep 1
  kill -9 "${daemons[@]}" "$(cat "$run/munged.pid" 2>/dev/null)" 2>/dev/null
  wait 2>/dev/null
  rm -rf "$run"
}
trap end EXIT
port=$((20000 + $$ % 10000))
cat >"$SLURM_CONF" <<Y
ClusterName=emamba
SlurmctldHost=localhost
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$run/munge.socket,cred_expire=5
CryptoType=crypto/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
ReturnToService=2
SlurmctldTimeout=30
SlurmdTimeout=4
KillWait=2
StateSaveLocation=$run/state
SlurmdSpoolDir=$run/spool-%n
SlurmctldPidFile=$run/slurmctld.pid
SlurmdPidFile=$run/slurmd-%n.pid
SlurmctldLogFile=$run/slurmctld.log
SlurmdLogFile=$run/slurmd-%n.log
SlurmctldPort=$port
NodeName=n1 NodeHostname=localhost NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=1 State=UNKNOWN
NodeName=n2 NodeHostname=localhost NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=1 State=UNKNOWN
NodeName=n3 NodeHostname=localhost NodeAddr=127.0.0.1 Port=$((port + 3)) CPUs=1 State=UNKNOWN
PartitionName=emamba Nodes=n1,n2,n3 Default=YES MaxTime=INFINITE State=UP
Y
cluster() { # until all three nodes are idle
  mkdir "$run/state" "$run/spool-n1" "$run/spool-n2" "$run/spool-n3"
  head -c 1024 /dev/urandom >"$run/munge.key" && chmod 600 "$run/munge.key"
  munged --key-file="$run/munge.key" --socket="$run/munge.socket" --pid-file="$run/munged.pid" --log-file="$run/munged.log" \
    --seed-file="$run/munged.seed" || return 1
  slurmctld -D >"$run/ctld.out" 2>&1 &
  daemons+=($!)
  for n in n1 n2 n3; do
    slurmd -D -N $n >"$run/$n.out" 2>&1 &
    daemons+=($!)
  done
  for _ in $(seq 60); do
    [ "$(sinfo -h -N -t idle 2>/dev/null | wc -l)" -eq 3 ] && return 0
    sleep 0.5
  done
  sinfo -N -l
  cat "$run"/*.out
  return 1
}
check "three slurmd on this machine" cluster
store=$work/cluster.sqlite
check "a job array of six parts, and a merge behind it" bash -c "'$submit' '$work/space.yaml' 6 '$store' >'$work/jobs'"
[ "$failures" -eq 0 ] || { cat "$work/log" "$run"/*.log 2>/dev/null | tail -n 20 | sed 's/^/# /'; exit 1; }
offspring() { # process: it and all below it
  echo "$1"
  local child
  for child in $(pgrep -P "$1"); do offspring "$child"; done
}
kill_node() { # n1, as soon as its part has solved a piece: slurmd, slurmstepd, script and program at once
  local job task steps
  for _ in $(seq 600); do
    read -r job task < <(squeue -h -r -w n1 -t running -O "JobID,ArrayTaskID" 2>/dev/null)
    [ -n "${task:-}" ] && [ "$(stat -c %s "$store.parts/$(printf %06d "$task").sqlite.partial-wal" 2>/dev/null || echo 0)" -gt 60000 ] && break
    sleep 0.02
  done
  [ -n "${task:-}" ] || return 1
  steps=$(pgrep -f "^slurmstepd: \[$job.batch\]") || return 1
  # shellcheck disable=SC2046
  kill -9 "${daemons[1]}" $(for step in $steps; do offspring "$step"; done)
  echo "job $job, part $task"
  ls "$store.parts"
  [ ! -e "$store.parts/$(printf %06d "$task").sqlite" ] && [ -e "$store.parts/$(printf %06d "$task").sqlite.partial" ] || return 1
  echo "$task" >"$work/killed"
}
check "node n1 is killed in mid-part, with all that it runs" kill_node
merged() {
  for _ in $(seq 300); do
    [ -e "$store" ] && return 0
    sleep 0.5
  done
  squeue -l
  tail -n 3 "$store.parts"/*.log
  return 1
}
check "the part that it had runs again elsewhere, and all are merged" merged
check "it went on, on another node, for the second time" grep -q 'on n[23], start [2-9]' "$store.parts/$(cat "$work/killed" 2>/dev/null).log"
check "the bytes of a single process" cmp "$work/single.sqlite" "$store"
[ "$failures" -eq 0 ]
