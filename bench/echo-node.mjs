// The least that a node can do: it answers `echo`, all requests of a turn in one write. What it reaches is what
// pipes, processes and the router allow on this machine.
let rest = '';
let id = '';
process.stdin.setEncoding('utf8').on('data', (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop() ?? '';
  let out = '';
  for (const line of lines) {
    const { src, body } = JSON.parse(line);
    if (body.type === 'init') id = body.node_id;
    const answer =
      body.type === 'init'
        ? { type: 'init_ok', in_reply_to: body.msg_id }
        : { type: 'echo_ok', echo: body.echo, in_reply_to: body.msg_id };
    out += `${JSON.stringify({ src: id, dest: src, body: answer })}\n`;
  }
  process.stdout.write(out);
});
