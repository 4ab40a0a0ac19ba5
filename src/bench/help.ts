import { observerHelp } from '../cli/observers.ts';
import { NEMESIS_HELP } from './nemesis/options.ts';

export const BENCH_HELP = `Usage: actorum bench [options] [-- arguments of the node]

Starts a cluster of real processes on this machine, carries their messages as Maelstrom does, reads, writes and
compares-and-sets keys through all of them, breaks nodes and network if asked to, and judges whether what the clients
saw is linearizable. With --workload lww-kv: whether all nodes agree once everything is mended, and which acknowledged
writes were lost.

The cluster:
  --workload KIND           lin-kv (default) or ryw-kv: clients carry sessions from node to node and also read by
                            token from followers (ryw_read); the four session guarantees are judged, too
                            (the nodes of --bin are to be told by arguments after --)
                            lww-kv: the conflict store; --mix, --slow-follower, --workers-per-key, --ops-per-key and
                            --check-budget mean nothing there
  --nodes N                 processes (default 5)
  --bin FILE                the program of a node, speaking Maelstrom's protocol; a .js file that is not
                            executable is run by this Node
                            (default: actorum itself)
  --no-accelerate           our own nodes step their charts with XState itself
  --latency MS              mean latency of messages between nodes (default 0); clients are always near
  --slow-follower MS        messages from nodes to one follower take so much longer (default 0); should it be
                            elected, another follower is slow
  --latency-kind KIND       constant (default), uniform (0 to twice the mean) or exponential; the latter two
                            reorder messages

The clients:
  --concurrency N           workers (default: 2 for each node). lin-kv: worker i is bound to node i mod N;
                            ryw-kv: it begins there, moves on now and then, and whenever it was not served
  --rate R                  operations a second over all workers; 0 is as fast as possible (default 100)
  --time S                  seconds of load (default 10)
  --mix R:W:C[:F]           weights of reads, writes, cas and, in ryw-kv, ryw_reads that prefer a follower
                            (default 50:20:30, ryw-kv 15:20:15:50)
  --workers-per-key N       so many workers share a key (default: 2 for each node)
  --ops-per-key N           operations before they move on to a fresh key (default 128)

The conflict store (lww-kv):
  --mode MODE               lww, vv or both (default): the same load in each mode, and what became of the writes,
                            side by side; each node is also given --mode lww or --mode vv
  --keys N                  so many keys (default 10)
  --clock-offset-ms LIST    how far the clocks of nodes are off, say n1=500,n2=-300 (default: none is)

The faults:
${NEMESIS_HELP}
  --recovery-timeout S      after all faults are undone, every node must answer within this time (default 10)

What the nodes keep (always with kill and kill-all, otherwise when one of these is there):
  --data-dir DIR            nodes have directories on disk, under a fresh one in DIR (default: in the run's own)
  --keep-data               leave them there; otherwise they are removed, unless something was wrong
  --durable-args ARGS       of --bin: the arguments that give a node its directory, {dir}; {node} is its name

The run:
  --seed N                  seeds workload, faults and latencies (default: random, printed)
  --check-budget S          seconds for the checker; what is undecided then is unknown (default 60)
${observerHelp(28)}
  --listen ADDRESS          take requests of operators while it runs, as actorum admin sends them, for any node: the path
                            of a unix socket, or a host on loopback and a port (not with lww-kv)
  --store DIR               where history.jsonl, results.json and the nodes' stderr go (default store)
  --report FILE             the run as one HTML page goes there (default: report.html in the run's directory)
  --no-report               there is no such page
  --quiet                   the verdict alone
  --json                    the results alone, as JSON
  -h, --help                this text

Exit status: 0 linearizable, and every session guarantee kept; 1 not, or a node ended, broke the protocol or did not recover; 2 unknown, or wrong usage.
lww-kv: 0 all nodes agree in the end, and vv has lost nothing (lww may: that is what it shows); 1 not; 2 as above.

Examples:
  actorum bench --nodes 5 --concurrency 20 --rate 200 --time 15 --nemesis partition --latency 5
  actorum bench --nodes 3 --rate 0 --concurrency 64 --mix 1:0:0
  actorum bench --workload ryw-kv --nemesis partition --slow-follower 20
  actorum bench --workload lww-kv --nemesis partition --clock-offset-ms n1=500,n2=-300
  actorum bench --nemesis kill,partition --time 20
  actorum bench --nemesis kill-all --nemesis-interval 2 -- --checkpoint-entries 50 --trailing-entries 5
  actorum bench --nemesis pause,loss,reorder --pause leader --loss 0.05 --pause-rate 0.5
  actorum bench --workload lww-kv --mode vv --nemesis kill,clock-skew
  actorum bench --bin ./my-node.py --nemesis partition --partition majorities-ring -- --verbose
  actorum bench --bin ./my-node.py --nemesis kill --durable-args "--db {dir}/state.db"
`;
