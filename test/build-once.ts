import { execFileSync } from 'node:child_process';
export default function build() {
  execFileSync('node', ['scripts/build.mjs', '--no-types'], { stdio: 'inherit' });
}
