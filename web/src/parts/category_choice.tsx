import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Category } from '../api';
import { poll } from '../poll';
import { place, refine } from '../route';
import { Choices } from './choices';

const every_ms = 60_000;

export function CategoryChoice() {
  const categories = useSignal<Category[]>([]);
  useEffect(() => poll<{ data: Category[] }>('v1/categories', every_ms, { body: ({ data }) => (categories.value = data), refused: () => {} }), []);
  const options = categories.value.map(({ slug, name }) => ({ value: slug, label: name }));
  return <Choices name="Category" options={options} chosen={place.value.category} onChange={(category) => refine({ category })} />;
}
