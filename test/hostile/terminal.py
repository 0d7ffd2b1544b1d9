"""Runs a program in a pseudo terminal: types what it is told when a prompt shows up, and prints what the terminal showed.

usage: terminal.py PROMPT ANSWER PROGRAM [ARGUMENT...]
ANSWER `^C` or `^D` is that key, `-` is none. HOSTILE_HOOK is a command to run when PROMPT shows up; with HOSTILE_UNTIL the answer waits for that text."""
import os, pty, select, signal, sys

prompt, answer, program = sys.argv[1].encode(), sys.argv[2], sys.argv[3:]
keys = {'^C': b'\x03', '^D': b'\x04'}.get(answer, answer.encode() + b'\n')
pid, fd = pty.fork()
if pid == 0:
    os.execvp(program[0], program)
seen, asked, hooked = b'', False, False
hook = os.environ.get('HOSTILE_HOOK')
until = os.environ.get('HOSTILE_UNTIL', '').encode() or prompt
while True:
    if not select.select([fd], [], [], 30)[0]:
        os.kill(pid, signal.SIGKILL)
        break
    try:
        chunk = os.read(fd, 65536)
    except OSError:
        break
    if not chunk:
        break
    seen += chunk
    if not hooked and prompt in seen:
        hooked = True
        if hook:
            os.system(hook)
    if hooked and not asked and until in seen:
        asked = True
        if answer != '-':
            os.write(fd, keys)
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(status) & 0xff)
