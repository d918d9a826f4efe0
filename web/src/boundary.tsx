// What is shown in place of a view that fails.

import { Component, type ComponentChildren } from "preact";

interface State {
  error: string;
}

export class ErrorBoundary extends Component<{ children: ComponentChildren }, State> {
  override state: State = { error: "" };

  static override getDerivedStateFromError(error: unknown): State {
    return { error: String(error) };
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <p class="error" role="alert">
        This view cannot be shown: {this.state.error}. Reload the page; if that does not help, please report it.
      </p>
    );
  }
}
