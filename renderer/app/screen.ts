/** The screens between title bar and strip. */
export type Screen = 'images' | 'savings' | 'compare' | 'settings';
