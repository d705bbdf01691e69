import { describe } from 'vitest';
import { memoryDocuments, memorySecrets } from '../../lib/documents/memory.ts';
import { documentStoreContract } from '../contract/document-store.ts';
import { secretStoreContract } from '../contract/secret-store.ts';

describe('memoryDocuments', () => {
  documentStoreContract(async () => memoryDocuments());
});

describe('memorySecrets', () => {
  secretStoreContract(async () => memorySecrets(new Map([['foreign', 'kept']])));
});
