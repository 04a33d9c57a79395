#!/bin/bash
#SBATCH --requeue --open-mode=append
# After the last part (tools/slurm/submit). Begun anew when it was killed: the parts are still there.
rm -f "$EMAMBA_OUT.partial" "$EMAMBA_OUT.partial-wal" "$EMAMBA_OUT.partial.whole"
exec "$EMAMBA" "$EMAMBA_COMMAND" --merge "$EMAMBA_OUT" "$EMAMBA_OUT.parts"/[0-9]*.sqlite -q
