// What the page stands on: React and the controls that every view is made of. Evaluated before the page itself, in a task
// of its own, by main.tsx.
export { createRoot } from 'react-dom/client';
export { Button } from '../components/Button';
export { Segments } from '../components/Check';
export { MenuButton } from '../components/Menu';
export { Select } from '../components/Select';
export { TextInput } from '../components/TextInput';
