// The preference pairs: which of their pages an address asks for, and the keys that work on all of them.
import { useEffect } from 'react';
import { listDatasets } from '../../stores/datasets';
import { DatasetPage } from './dataset/DatasetPage';
import { DatasetList } from './list/DatasetList';
import { placeOf } from './links';

export function PairsPage({ path }: { readonly path: readonly string[] }) {
  const place = placeOf(path);
  useEffect(() => void listDatasets(), []);
  switch (place.page) {
    case 'dataset':
      return <DatasetPage key={place.name} name={place.name} row={place.row} />;
    default:
      return <DatasetList />;
  }
}
