import { describeModel } from '../../../support/modelSuite';
import { openInNode } from '../../../support/nodeBackend';

describeModel('wasm', () => openInNode('wasm'));
describeModel('cpu', () => openInNode('cpu'));
