import { openBackend } from '../../src/engine/backend';
import { describeModel } from '../support/modelSuite';

describeModel('webgpu', () => openBackend({ choice: 'webgpu' }));
