// The few pictograms of the page, drawn on a 12-pixel square in the colour of the text beside them.

function icon(path: string) {
  return function Icon() {
    return (
      <svg viewBox="0 0 12 12" aria-hidden="true">
        <path d={path} />
      </svg>
    );
  };
}

export const PlayIcon = icon('M2.5 1v10L11 6z');
export const PauseIcon = icon('M2 1h3v10H2zM7 1h3v10H7z');
export const StepIcon = icon('M1 1v10l7-5zM9 1h2v10H9z');
export const StopIcon = icon('M1.5 1.5h9v9h-9z');
export const CloseIcon = icon('M2.4 1 6 4.6 9.6 1 11 2.4 7.4 6 11 9.6 9.6 11 6 7.4 2.4 11 1 9.6 4.6 6 1 2.4z');
export const PlusIcon = icon('M5 1h2v4h4v2H7v4H5V7H1V5h4z');
export const TableIcon = icon('M1 1h10v10H1zM2 4v2h3V4zm4 0v2h4V4zM2 7v3h3V7zm4 0v3h4V7z');
export const UndoIcon = icon('M5 1.5 1.5 5 5 8.5V6.2h2.3a1.9 1.9 0 0 1 0 3.8H5v1.6h2.4a3.5 3.5 0 0 0 0-7H5z');
export const RedoIcon = icon('M7 1.5 10.5 5 7 8.5V6.2H4.7a1.9 1.9 0 0 0 0 3.8H7v1.6H4.6a3.5 3.5 0 0 1 0-7H7z');
