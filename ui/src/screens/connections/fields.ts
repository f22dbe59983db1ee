import type { UseFormReturnType } from '@mantine/form'
import type { Values } from './values'

export type Form = UseFormReturnType<Values>
export type Hints = Partial<Record<keyof Values, string>>
