/** A page: builds itself into an element, and lets go of what it holds when it is left. */
export interface Page {
  readonly title: string;
  /**
   * @param argument what follows the page's name in the address, such as a meter's key
   * @returns what to do when the page is left
   */
  show(main: HTMLElement, argument: string): Promise<() => void> | (() => void);
}
