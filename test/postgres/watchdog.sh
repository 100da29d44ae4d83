# Ends a server and removes its folder when its standard input ends: when the server is no longer wanted, and when the
# process that wanted it is gone, however it went. Started in a session of its own, so that no signal to a terminal or to
# a group of processes reaches it.
#
#     sh watchdog.sh FOLDER
#
# Each line of the input is the id of the process that runs in the folder now; an empty line: none does.
trap '' HUP INT TERM
folder=$1
lock=$folder/data/postmaster.pid
pid=
while read -r line; do pid=$line; done

# "Immediate": PostgreSQL ends all its processes and gives back its shared memory, but writes nothing more. Its lock goes
# last.
if [ -n "$pid" ]; then
  kill -QUIT "$pid" 2>/dev/null
  tries=0
  while [ -e "$lock" ] && kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 200 ]; do
    sleep 0.05
    tries=$((tries + 1))
  done
  kill -KILL "$pid" 2>/dev/null
fi

# A server that was killed could not give back its segment. Its number is in the lock that it left behind.
if [ -e "$lock" ]; then
  segment=$(sed -n 7p "$lock" | awk '{ print $2 }')
  [ -n "$segment" ] && ipcrm -m "$segment" 2>/dev/null
fi

# What is ending may still write, and keeps a disk of its own busy.
tries=0
until
  umount "$folder/data" 2>/dev/null
  rm -rf "$folder" 2>/dev/null || [ "$tries" -ge 100 ]
do
  sleep 0.05
  tries=$((tries + 1))
done
