// Loads the page in two pieces, so that the browser can answer between them: in one, evaluating it is a long task.
import './app/theme.css';
import './app/base.css';

await import('./app/ground');
await new Promise((resolve) => setTimeout(resolve, 0));
const { mount } = await import('./app/mount');
mount();
