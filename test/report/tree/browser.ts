/** A headless Chromium that tests drive by its DevTools protocol (https://chromedevtools.github.io/devtools-protocol/). */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export const chromium = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

export class Browser {
  readonly #folder: string;
  readonly #process: ChildProcess;
  #socket: WebSocket | undefined;
  #next = 0;
  readonly #waiting = new Map<number, (message: Message) => void>();
  /** Addresses that pages asked for, dialogs, and errors of scripts and policies. */
  readonly asked: string[] = [];
  readonly troubles: string[] = [];

  private constructor(folder: string, child: ChildProcess) {
    this.#folder = folder;
    this.#process = child;
  }

  static async start(): Promise<Browser> {
    const folder = mkdtempSync(path.join(tmpdir(), 'huntbook-browser-'));
    const fixed =
      '--headless --no-sandbox --disable-gpu --no-first-run --disable-sync --remote-debugging-port=0';
    const quiet = '--disable-background-networking --disable-component-update --window-size=1600,900';
    const args = [...fixed.split(' '), ...quiet.split(' '), `--user-data-dir=${folder}`, 'about:blank'];
    const browser = new Browser(folder, spawn(chromium, args, { stdio: 'ignore' }));
    const file = path.join(folder, 'DevToolsActivePort');
    for (let i = 0; i < 300 && !existsSync(file); i++) await pause(100);
    await pause(100);
    const port = readFileSync(file, 'utf8').split('\n')[0] as string;
    const pages = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
      type: string;
      webSocketDebuggerUrl: string;
    }[];
    const page = pages.find(({ type }) => type === 'page');
    await browser.#connect(page?.webSocketDebuggerUrl as string);
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await browser.send(`${domain}.enable`);
    return browser;
  }

  async #connect(url: string): Promise<void> {
    const socket = new WebSocket(url);
    socket.addEventListener('message', ({ data }) => this.#receive(JSON.parse(String(data)) as Message));
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', reject);
    });
    this.#socket = socket;
  }

  #receive(message: Message): void {
    const { id, method, params } = message;
    if (id !== undefined) this.#waiting.get(id)?.(message);
    const text = (): string => JSON.stringify(params);
    if (method === 'Network.requestWillBeSent')
      this.asked.push((params as { request: { url: string } }).request.url);
    if (method === 'Runtime.exceptionThrown') this.troubles.push(text());
    if (method === 'Log.entryAdded') this.troubles.push(text());
    if (method === 'Page.javascriptDialogOpening') {
      this.troubles.push(text());
      void this.send('Page.handleJavaScriptDialog', { accept: false });
    }
  }

  async send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.#next;
    const answer = new Promise<Message>((resolve) => this.#waiting.set(id, resolve));
    this.#socket?.send(JSON.stringify({ id, method, params }));
    const { result, error } = await answer;
    this.#waiting.delete(id);
    if (error) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  /** Shows the page and forgets what was noticed before. */
  async open(page: string, scripts = true): Promise<void> {
    const file = path.join(this.#folder, `page-${++this.#next}.html`);
    writeFileSync(file, page);
    await this.send('Emulation.setScriptExecutionDisabled', { value: !scripts });
    this.asked.length = 0;
    this.troubles.length = 0;
    await this.send('Page.navigate', { url: pathToFileURL(file).href });
    for (let i = 0; i < 200; i++) {
      if ((await this.run('document.readyState + location.protocol')) === 'completefile:') return;
      await pause(50);
    }
    throw new Error('the page does not load');
  }

  /** The value of an expression in the page, whether its own scripts may run or not. */
  async run<T>(expression: string): Promise<T> {
    const answer = await this.send('Runtime.evaluate', { expression, returnByValue: true });
    if (answer['exceptionDetails']) throw new Error(JSON.stringify(answer['exceptionDetails']));
    return (answer['result'] as { value: T }).value;
  }

  /** Presses the mouse in the middle of an element. */
  async click(selector: string): Promise<void> {
    const element = `document.querySelector(${JSON.stringify(selector)})`;
    const place = await this.run<{ x: number; y: number }>(
      `(() => { ${element}.scrollIntoView({ block: 'center' }); const b = ${element}.getBoundingClientRect();
        return { x: b.x + b.width / 2, y: b.y + b.height / 2 }; })()`,
    );
    for (const type of ['mousePressed', 'mouseReleased']) {
      await this.send('Input.dispatchMouseEvent', { type, ...place, button: 'left', clickCount: 1 });
    }
    await pause(50);
  }

  async press(key: string): Promise<void> {
    const text = key.length === 1 ? { text: key } : {};
    for (const type of ['keyDown', 'keyUp'])
      await this.send('Input.dispatchKeyEvent', { type, key, ...text });
    await pause(50);
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#socket?.close();
    this.#process.kill();
    await gone;
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
