#!/bin/bash
#SBATCH --requeue --open-mode=append
# One part of a job array (tools/slurm/submit). A part that was killed, or whose node is lost, is put back in the queue
# and goes on: its store grows under another name and is renamed when it is whole.
name=$(printf '%s/%06d.sqlite' "$EMAMBA_OUT.parts" "$SLURM_ARRAY_TASK_ID")
echo "part $SLURM_ARRAY_TASK_ID on ${SLURMD_NODENAME:-?}, start $((${SLURM_RESTART_COUNT:-0} + 1))"
exec "$EMAMBA" "$EMAMBA_COMMAND" "$EMAMBA_INPUT" -q --resume -j "${SLURM_CPUS_PER_TASK:-1}" \
  --part "$SLURM_ARRAY_TASK_ID/$EMAMBA_PARTS" -o "$name"
