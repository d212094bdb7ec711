// The preference pairs: which of their pages an address asks for, and the keys that work on all of them.
import { useEffect, type DragEvent } from 'react';
import { listDatasets } from '../../stores/datasets';
import { previewSource } from '../../stores/importing';
import { AdvicePage } from './advice/AdvicePage';
import { BesidePage } from './beside/BesidePage';
import { DatasetPage } from './dataset/DatasetPage';
import { ImportPage } from './importing/ImportPage';
import { DatasetList } from './list/DatasetList';
import { JudgePage } from './making/JudgePage';
import { MakePage } from './making/MakePage';
import { goTo, importLink, placeOf, type PairsPlace } from './links';

function Place({ place }: { readonly place: PairsPlace }) {
  switch (place.page) {
    case 'dataset':
      return <DatasetPage key={place.name} name={place.name} row={place.row} />;
    case 'import':
      return <ImportPage />;
    case 'judge':
      return <JudgePage key={place.id} id={place.id} />;
    case 'advice':
      return <AdvicePage key={place.name} name={place.name} />;
    case 'make':
      return <MakePage />;
    case 'beside':
      return <BesidePage key={`${place.first} ${place.second}`} first={place.first} second={place.second} />;
    case 'list':
      return <DatasetList />;
  }
}

const holdsFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files');

/** A file that is dropped anywhere on these pages is one to import. */
function onDrop(event: DragEvent): void {
  const file = event.dataTransfer.files[0];
  if (!holdsFiles(event) || event.defaultPrevented) return;
  event.preventDefault();
  if (file === undefined) return;
  void previewSource({ kind: 'blob', name: file.name, blob: file });
  goTo(importLink);
}

export function PairsPage({ path }: { readonly path: readonly string[] }) {
  useEffect(() => void listDatasets(), []);
  return (
    <div
      onDragOver={(event) => {
        if (holdsFiles(event)) event.preventDefault();
      }}
      onDrop={onDrop}
    >
      <Place place={placeOf(path)} />
    </div>
  );
}
