import { observerHelp } from '../cli/observers.ts';

/** What `actorum sim --help` prints. */
export const SIM_HELP = `Usage: actorum sim [options]

Runs a whole cluster in one process and in virtual time: the same charts as the real node and the same storage, clients,
and a nemesis that loses, repeats and reorders messages, partitions, pauses and crashes, breaks disks and changes the
membership. After every step the properties of the Raft paper are checked, after every restart that a disk has what it
had acknowledged, at the end that every member recovers and that the clients' history is linearizable. The same options
give the same run, to the last message.

  --workload KIND       lin-kv: clients read, write and compare-and-set (default)
                        ryw-kv: they also have sessions that move between nodes and read from followers by token;
                        at the end the four session guarantees are checked, too
                        lww-kv: clients write everywhere at once; after every step
                        no two writes may share an event of a vector, at the end all nodes must hold the same, and
                        it is counted which acknowledged writes were lost: in mode vv, none may be

A seed chooses everything that is not given:
  --seed N              the seed (default: a fresh one, which is printed)
  --runs N              so many seeds, from --seed upwards (default 1); stops at the first failure
  --jobs N              so many processes share the seeds (default: one for each core; 1: this process alone);
                        what is printed is the same for any number
  --nodes N             1 to 9
  --seconds N           virtual seconds under faults (default 10)
  --ops N               client operations a second
  --concurrency N       clients
  --keys N              registers
  --min-delay-ms N      the shortest time that a message takes
  --max-delay-ms N      the longest; a wide range reorders
  --loss P              the share of messages that are lost, 0 to 1
  --duplicate P         the share of messages that arrive twice, 0 to 1
  --reorder P           the share of messages that are held up for up to 500 ms while later ones pass, 0 to 1
  --partition-rate N    partitions a second
  --one-way P           the share of partitions that cut one direction only, 0 to 1
  --pause-rate N        pauses a second
  --crash-rate N        crashes a second; a crash loses what the disk had not synced
  --crash-all-rate N    crashes of all nodes at once a second
  --transfer-rate N     transfers of leadership a second (not lww-kv)
  --sync-ms N           the longest time that a sync of the disk takes (not lww-kv)
  --slow-disk-rate N    how many times a second a disk becomes slow for a while: its syncs take up to 500 ms longer
  --torn P              the share of crashes that leave a part of what was on its way to the disk, the last record of it
                        likely torn, 0 to 1
  --fsync-failure-rate N, --io-error-rate N    how many times a second a sync of some disk, or a write, fails; its node
                        takes no part any more, and is started again after a while
  --disk-full-rate N    how many times a second some disk has no room for a while
  --bit-flip-rate N     how many times a second some disk forgets a bit of what it had synced, and its node crashes: what
                        was acknowledged must not change in silence, so the node may have to stay down; as many
                        nodes as the others can do without
  --membership-rate N   changes of membership a second: learners, promotions, removals (of the leader, too), several
                        at once; nodes beyond --nodes join with an empty disk (not lww-kv)
  --checkpoint-entries N, --trailing-entries N    as of actorum node: small numbers make snapshots (not lww-kv)
  --crash-at NODE:COMMIT:KEPT[:MS]    one more crash, when this node asks its disk for this commit, counted over all its
                        lives from 1; the commit is on the disk all the same if KEPT is all, and not if it is none;
                        the node is down for so many milliseconds (default 150); with --runs, only where there is
                        such a node
  --ryw-wait-ms N       how long a read waits for its follower to catch up before the leader serves it (ryw-kv)
  --mode MODE           lww or vv (lww-kv)
  --skew-ms N           how far a wall clock may be off, either way; clocks also jump (lww-kv)
  --gossip-interval-ms N, --tombstone-grace-ms N    as of actorum node (lww-kv)

  --no-accelerate       step the charts with XState itself: the run is the same, and takes longer

Output:
  --verbose             tell of faults and leaders as they come; of a run in another process (--jobs) when it is over
  --tail                print the last lines of what happened also when all is well
${observerHelp(24)}
                        (with --runs, of the last of them: the one that failed, if one did; it is run again for that)
  --report FILE         write what happened as one HTML page; with --runs, of the same run as --trace
  --json                print the result as JSON, and nothing else
  -h, --help            this text

Exit code: 0 all properties hold, 1 one does not, 2 wrong usage.

Examples:
  actorum sim --seed 7 --verbose
  actorum sim --runs 100 --nodes 5 --loss 0.2 --crash-rate 1
  actorum sim --runs 100000 --seconds 30 --jobs 8
  actorum sim --workload ryw-kv --seed 7 --pause-rate 1
  actorum sim --workload lww-kv --mode lww --runs 100
  actorum sim --seed 7 --nodes 5 --seconds 60 --ops 50 --json
`;
