// The pinned versions of what is compared.
import { devDependencies, dependencies } from '../package.json';

export const versions = { tfjs: dependencies['@tensorflow/tfjs-core'], jaxJs: devDependencies['@jax-js/jax'] };
