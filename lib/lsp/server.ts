import {
  type CancellationToken,
  CodeActionKind,
  type Connection,
  DidChangeWatchedFilesNotification,
  ErrorCodes,
  FileChangeType,
  type InitializeParams,
  type InitializeResult,
  LogMessageNotification,
  LSPErrorCodes,
  MessageType,
  type Position,
  type Range,
  ResponseError,
  ShowMessageNotification,
  type ShowMessageParams,
  TextDocuments,
  TextDocumentSyncKind,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { LintSettings } from '../lint/settings.ts';
import { codeActions, FIX_ALL } from './code-actions.ts';
import { completionsAt } from './completion.ts';
import { definitionsAt } from './definition.ts';
import { diagnosticOf } from './diagnostics.ts';
import { EditedText, LONGEST_TEXT } from './edited-text.ts';
import { hoverAt } from './hover.ts';
import { readLintSettings } from './editor-settings.ts';
import { LookThrough, type LookThroughPorts } from './look-through.ts';
import { symbolsOf } from './symbols.ts';
import { Workspace } from './workspace.ts';
import type { WorkspaceFiles } from './workspace-files.ts';

/** What the server is made with. */
export interface EditorPorts extends Pick<LookThroughPorts, 'lint' | 'timers'> {
  readonly files: WorkspaceFiles;
  /**
   * The settings of lint for a file: what stands beside it, under what the editor gave.
   *
   * @throws anything that explains itself, for settings that nobody can follow
   */
  readonly readSettings: (uri: string, given: LintSettings) => Promise<LintSettings>;
  readonly version: string;
  /** URL of the folder of the documentation, with a slash at its end, where there is one. */
  readonly docs?: string | undefined;
}

/**
 * Answers an editor until the connection ends. Whatever goes wrong in an answer is logged and becomes an error of that
 * answer alone.
 */
export function serveEditor(connection: Connection, ports: EditorPorts): void {
  const workspace = new Workspace();
  const settings = new Map<string, LintSettings>();
  const session: Session = {
    connection,
    ports,
    workspace,
    lookThrough: new LookThrough(workspace, {
      ...ports,
      settingsOf: (uri) => settings.get(uri) ?? {},
      publish(text, findings) {
        const diagnostics = findings.map((finding) => diagnosticOf(finding, ports.docs));
        void tell(() => connection.sendDiagnostics({ uri: text.uri, version: text.version, diagnostics }));
      },
      onError: (error) => complain(connection, 'diagnostics', error),
    }),
    settings,
    given: {},
    client: {},
    isLoaded: Promise.resolve(),
  };
  connection.onInitialize((params) => initialize(session, params));
  connection.onInitialized(() => guarded(session, 'initialized', async () => await begin(session)));
  connection.onShutdown(() => session.lookThrough.stop());
  followTexts(session);
  followFiles(session);
  answerRequests(session);
  connection.listen();
}

interface Session {
  readonly connection: Connection;
  readonly ports: EditorPorts;
  readonly workspace: Workspace;
  readonly lookThrough: LookThrough;
  /** By the URI of open texts. */
  readonly settings: Map<string, LintSettings>;
  /** Those of the editor itself. */
  given: LintSettings;
  client: InitializeParams['capabilities'];
  /** Until the files of the workspace are read, references lead nowhere. */
  isLoaded: Promise<void>;
}

function initialize(session: Session, params: InitializeParams): InitializeResult {
  session.client = params.capabilities;
  session.given = readLintSettings(params.initializationOptions);
  // Diagnostics of what is opened at once wait for this.
  session.isLoaded = guarded(
    session,
    'reading the workspace',
    async () => await readFolders(session, foldersOf(params)),
  );
  return {
    serverInfo: { name: 'assay', version: session.ports.version },
    capabilities: {
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: { includeText: false } },
      hoverProvider: true,
      completionProvider: { triggerCharacters: ['{', '.'] },
      definitionProvider: true,
      documentSymbolProvider: true,
      codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, FIX_ALL] },
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    },
  };
}

/** Editors of old name one folder, in a field of its own. */
function foldersOf({ workspaceFolders, rootUri }: InitializeParams): string[] {
  return workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : []);
}

async function begin({ connection, client }: Session): Promise<void> {
  if (client.workspace?.didChangeWatchedFiles?.dynamicRegistration !== true) return;
  await connection.client.register(DidChangeWatchedFilesNotification.type, {
    watchers: [{ globPattern: '**/*.{yaml,yml}' }, { globPattern: '**/.assay.yaml' }],
  });
}

async function readFolders({ ports, workspace }: Session, folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    for await (const { uri, text } of ports.files.readFolder(folder)) workspace.setFile(uri, text);
  }
}

/** What is opened, typed, saved and closed. */
function followTexts(session: Session): void {
  const { connection, workspace, lookThrough } = session;
  const documents = new TextDocuments(TextDocument);
  const tooLong = new Set<string>();
  const take = (document: TextDocument, delayMs?: number) =>
    guarded(session, 'a change of a text', async () => {
      const { uri, version } = document;
      const text = new EditedText(uri, document.getText(), version);
      workspace.setOpen(text);
      if (text.isTooLong && !tooLong.has(uri)) {
        tooLong.add(uri);
        warn(connection, `${uri} is longer than ${LONGEST_TEXT} characters; it is not looked at.`);
      }
      await session.isLoaded;
      if (!session.settings.has(uri)) await readSettings(session, [uri]);
      lookThrough.soon([uri], delayMs);
    });
  // Opening says it twice: once as opened, once as changed.
  documents.onDidOpen(({ document }) => void take(document, 0));
  documents.onDidChangeContent(({ document }) => {
    if (workspace.openText(document.uri)?.version !== document.version) void take(document);
  });
  documents.onDidSave(({ document }) => {
    workspace.setFile(document.uri, document.getText());
    if (isSettings(document.uri)) void readSettings(session).then(() => lookThrough.soon());
  });
  documents.onDidClose(({ document: { uri } }) => {
    workspace.close(uri);
    session.settings.delete(uri);
    tooLong.delete(uri);
    void tell(() => connection.sendDiagnostics({ uri, diagnostics: [] }));
    lookThrough.soon();
  });
  documents.listen(connection);
}

/** Reads the settings for open texts, all of them by default; says so where nobody can follow them. */
async function readSettings(
  { connection, ports, workspace, settings, given }: Session,
  uris: readonly string[] = workspace.openTexts.map(({ uri }) => uri),
): Promise<void> {
  const complaints = new Set<string>();
  for (const uri of uris) {
    try {
      settings.set(uri, await ports.readSettings(uri, given));
    } catch (error) {
      settings.set(uri, given);
      complaints.add(error instanceof Error ? error.message : String(error));
    }
  }
  for (const message of complaints) warn(connection, message);
}

function isSettings(uri: string): boolean {
  return uri.endsWith('/.assay.yaml');
}

/** What changes outside of the editor, and which folders it works on. */
function followFiles(session: Session): void {
  const { connection, ports, workspace, lookThrough } = session;
  connection.onDidChangeWatchedFiles(({ changes }) =>
    guarded(session, 'didChangeWatchedFiles', async () => {
      if (changes.some(({ uri }) => isSettings(uri))) await readSettings(session);
      for (const { uri, type } of changes) {
        const text = type === FileChangeType.Deleted ? undefined : await ports.files.readFile(uri);
        if (text === undefined) workspace.forgetFile(uri);
        else workspace.setFile(uri, text);
      }
      lookThrough.soon();
    }),
  );
  connection.onNotification('workspace/didChangeWorkspaceFolders', (params: FolderChange) =>
    guarded(session, 'didChangeWorkspaceFolders', async () => {
      for (const { uri } of params.event.removed) workspace.forgetFolder(uri);
      await readFolders(
        session,
        params.event.added.map(({ uri }) => uri),
      );
      lookThrough.soon();
    }),
  );
}

interface FolderChange {
  readonly event: {
    readonly added: readonly { readonly uri: string }[];
    readonly removed: readonly { readonly uri: string }[];
  };
}

interface CodeActionParams {
  readonly textDocument: { readonly uri: string };
  readonly range: Range;
  readonly context: { readonly only?: string[] };
}

interface AtPlace {
  readonly textDocument: { readonly uri: string };
  readonly position: Position;
}

function answerRequests(session: Session): void {
  const { connection, workspace, lookThrough, ports } = session;
  connection.onHover(
    answering(session, 'hover', (text, { position }: AtPlace) => hoverAt(text, text.offsetAt(position), workspace)),
  );
  connection.onCompletion(
    answering(session, 'completion', (text, { position }: AtPlace) =>
      completionsAt(text, text.offsetAt(position), workspace),
    ),
  );
  connection.onDefinition(
    answering(session, 'definition', (text, { position }: AtPlace) =>
      definitionsAt(text, text.offsetAt(position), workspace),
    ),
  );
  connection.onDocumentSymbol(answering(session, 'documentSymbol', symbolsOf));
  connection.onCodeAction(
    answering(session, 'codeAction', (text, { range, context }: CodeActionParams) =>
      codeActions(text, range, context.only, {
        findings: lookThrough.findingsOf(text),
        docs: ports.docs,
        takesVersions: session.client.workspace?.workspaceEdit?.documentChanges === true,
      }),
    ),
  );
}

/** Answers a request about an open text: nothing for one that is not open, or too long. */
function answering<Params extends { readonly textDocument: { readonly uri: string } }, Result>(
  session: Session,
  name: string,
  answer: (text: EditedText, params: Params) => Result,
): (params: Params, token: CancellationToken) => Promise<Result | null | ResponseError> {
  return async (params, token) => {
    const { connection, workspace } = session;
    await session.isLoaded;
    if (token.isCancellationRequested) return new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
    const text = workspace.openText(params.textDocument.uri);
    if (text === undefined || text.isTooLong) return null;
    try {
      return answer(text, params);
    } catch (error) {
      complain(connection, name, error);
      return new ResponseError(ErrorCodes.InternalError, error instanceof Error ? error.message : String(error));
    }
  };
}

/** Logs what goes wrong: a notification has no answer to say it in. */
async function guarded({ connection }: Session, name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    complain(connection, name, error);
  }
}

function complain(connection: Connection, name: string, error: unknown): void {
  const message = `${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  void tell(() => connection.sendNotification(LogMessageNotification.type, { type: MessageType.Error, message }));
}

/** Says something to the person at the editor. */
function warn(connection: Connection, message: string): void {
  const params: ShowMessageParams = { type: MessageType.Warning, message: `assay: ${message}` };
  void tell(() => connection.sendNotification(ShowMessageNotification.type, params));
}

/** What cannot be said to an editor that is gone needs not be said. */
async function tell(send: () => Promise<void>): Promise<void> {
  try {
    await send();
  } catch {
    // The connection has ended, and with it whoever could hear of that.
  }
}
