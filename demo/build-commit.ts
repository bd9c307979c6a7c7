import { execFileSync } from 'node:child_process';

/**
 * The commit of the working tree at `folder`, short, with "+changes" where tracked files differ from it.
 * '' where there is no git or no repository: a benchmark then says nothing of a commit.
 */
export function commitHere(folder: string): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    git('ls-files', '--error-unmatch', 'demo/vite.config.ts'); // else the repository is another one around this folder
    const commit = git('rev-parse', '--short', 'HEAD');
    return git('status', '--porcelain', '--untracked-files=no') === '' ? commit : `${commit}+changes`;
  } catch {
    return '';
  }
}
