// Catches what a view throws, so that a fault in one picture never takes the work with it.
import { Component, type ReactNode } from 'react';
import { Button } from '../components/Button';
import { t } from '../components/text';
import { flush } from '../stores/keeper';
import styles from './app.module.css';

interface State {
  readonly message?: string;
}

export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = {};

  static getDerivedStateFromError(error: unknown): State {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override componentDidCatch(): void {
    void flush();
  }

  override render(): ReactNode {
    const { message } = this.state;
    if (message === undefined) return this.props.children;
    return (
      <div className={styles.fault} role="alert">
        <h2>{t('This view has failed.')}</h2>
        <p>{t('Training goes on and everything stored is kept. Show the view again, or reload the page.')}</p>
        <p>
          <code>{message}</code>
        </p>
        <Button onPress={() => this.setState({ message: undefined })}>{t('Show it again')}</Button>
      </div>
    );
  }
}
