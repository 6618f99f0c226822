import { createStore } from 'zustand';

/** The registry that the person is asked to sign in to; null = none. */
interface SignInRequest {
  readonly host: string | null;
  /** What was kept from going on by the want of it. */
  readonly then: (() => void) | null;
}

/** What the sign-in dialog of the window follows: every view may ask for it. */
export const signInRequest = createStore<SignInRequest>(() => ({ host: null, then: null }));

/** Opens the sign-in dialog for a registry. `then` follows once it is signed in to. */
export function askForSignIn(host: string, then: (() => void) | null = null): void {
  signInRequest.setState({ host, then });
}

/** Closes the sign-in dialog. */
export function endSignIn(): void {
  signInRequest.setState({ host: null, then: null });
}
