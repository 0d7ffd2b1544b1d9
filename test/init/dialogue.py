"""Runs a program in a pseudo terminal and answers it: waits for a text, types, waits for the next. Prints what the terminal showed; the exit code is the program's.

usage: dialogue.py STEPS PROGRAM [ARGUMENT...]
STEPS is JSON: [[TEXT, KEYS], ...]. A text is looked for behind where the one before was found. A program that never shows it is ended after half a minute."""
import fcntl, json, os, pty, select, signal, struct, sys, termios

steps, program = json.loads(sys.argv[1]), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 50, int(os.environ.get('DIALOGUE_COLUMNS', '200')), 0, 0))
    os.execvp(program[0], program)
seen, behind, missing = b'', 0, False
while True:
    while steps and (at := seen.find(steps[0][0].encode(), behind)) >= 0:
        behind = at + len(steps[0][0].encode())
        os.write(fd, steps.pop(0)[1].encode())
    if not select.select([fd], [], [], 30)[0]:
        missing = True
        os.kill(pid, signal.SIGKILL)
        break
    try:
        chunk = os.read(fd, 65536)
    except OSError:
        break
    if not chunk:
        break
    seen += chunk
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(seen)
if missing or steps:
    sys.stdout.write('\nNOT SEEN: %s' % (steps[0][0] if steps else 'the end'))
sys.exit(os.waitstatus_to_exitcode(status) & 0xff)
