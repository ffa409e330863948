import { type Block, controlsOf, Text } from './block-kit.ts';

/** Slack's documented limits that cards run into. The emulator knows none of them; a card over one would fail live. */
const LIMIT = {
  messageBlocks: 50,
  viewBlocks: 100,
  blockId: 255,
  actionId: 255,
  header: 150,
  section: 3000,
  fields: 10,
  field: 2000,
  context: 10,
  actions: 25,
  buttonText: 75,
  buttonValue: 2000,
  options: 100,
  optionText: 75,
  optionValue: 150,
  confirmTitle: 100,
  confirmText: 300,
  modalTitle: 24,
  metadata: 3000,
} as const;

/** The first thing in these blocks that Slack would refuse with `invalid_blocks`, said as Slack's hints are. */
export function checkBlocks(blocks: readonly Block[], surface: 'message' | 'view'): string | undefined {
  const most = surface === 'view' ? LIMIT.viewBlocks : LIMIT.messageBlocks;
  if (blocks.length > most) return `no more than ${most} items allowed [json-pointer:/blocks]`;
  const seen = new Set<string>();
  for (const [index, block] of blocks.entries()) {
    const problem = checkBlock(block) ?? checkId(block.block_id, seen);
    if (problem) return `${problem} [json-pointer:/blocks/${index}]`;
  }
  return undefined;
}

/** Why Slack would refuse this view besides its blocks. */
export function checkView(view: { title?: unknown; submit?: unknown; private_metadata?: unknown; blocks: Block[] }) {
  const title = Text.safeParse(view.title).data?.text ?? '';
  if (title.length > LIMIT.modalTitle)
    return `must be less than ${LIMIT.modalTitle + 1} characters [json-pointer:/title]`;
  const metadata = typeof view.private_metadata === 'string' ? view.private_metadata.length : 0;
  if (metadata > LIMIT.metadata) return `must be less than 3001 characters [json-pointer:/private_metadata]`;
  const hasInput = view.blocks.some((block) => block.type === 'input');
  if (hasInput && !view.submit) return 'a modal with inputs needs `submit` [json-pointer:/submit]';
  return checkBlocks(view.blocks, 'view');
}

function checkBlock(block: Block): string | undefined {
  const { type } = block;
  const text = Text.safeParse(block.text).data?.text;
  const fields = Array.isArray(block['fields']) ? block['fields'] : [];
  const elements = block.elements?.length ?? 0;
  if ((block.block_id?.length ?? 0) > LIMIT.blockId) return 'block_id is longer than 255 characters';
  if (type === 'header' && tooLong(text, LIMIT.header)) return `header text must be 1 to ${LIMIT.header} characters`;
  if (type === 'section') {
    if (text === undefined && fields.length === 0) return 'a section needs text or fields';
    if (text !== undefined && tooLong(text, LIMIT.section))
      return `section text must be 1 to ${LIMIT.section} characters`;
    if (fields.length > LIMIT.fields) return `no more than ${LIMIT.fields} fields allowed`;
    const long = fields.some((field) => tooLong(Text.safeParse(field).data?.text, LIMIT.field));
    if (long) return `a field must be 1 to ${LIMIT.field} characters`;
  }
  if (type === 'context' && (elements < 1 || elements > LIMIT.context)) return 'a context has 1 to 10 elements';
  if (type === 'actions' && (elements < 1 || elements > LIMIT.actions)) return 'an actions block has 1 to 25 elements';
  const controls = controlsOf(block);
  for (const { element } of controls) {
    const problem = checkElement(element);
    if (problem) return problem;
  }
  const ids = controls.flatMap(({ element }) => element.action_id ?? []);
  return new Set(ids).size === ids.length ? undefined : 'action_id must be unique within its block';
}

function checkElement(element: ReturnType<typeof controlsOf>[number]['element']): string | undefined {
  const { confirm } = element;
  if ((element.action_id?.length ?? 0) > LIMIT.actionId) return 'action_id is longer than 255 characters';
  if (element.type === 'button' && tooLong(element.text?.text, LIMIT.buttonText))
    return 'button text must be 1 to 75 characters';
  if (element.type === 'button' && (element.value?.length ?? 0) > LIMIT.buttonValue)
    return 'button value is over 2000 characters';
  if (confirm && tooLong(confirm.title?.text, LIMIT.confirmTitle)) return 'confirm title must be 1 to 100 characters';
  if (confirm && tooLong(confirm.text?.text, LIMIT.confirmText)) return 'confirm text must be 1 to 300 characters';
  const options = element.options ?? [];
  if (element.options && (options.length < 1 || options.length > LIMIT.options)) return 'a menu has 1 to 100 options';
  if (options.some((option) => tooLong(option.text.text, LIMIT.optionText)))
    return 'option text must be 1 to 75 characters';
  if (options.some((option) => (option.value?.length ?? 0) > LIMIT.optionValue))
    return 'option value is over 150 characters';
  return undefined;
}

function checkId(id: string | undefined, seen: Set<string>): string | undefined {
  if (id === undefined) return undefined;
  if (seen.has(id)) return `block_id "${id}" already exists`;
  seen.add(id);
  return undefined;
}

const tooLong = (text: string | undefined, most: number): boolean =>
  text === undefined || text.length < 1 || text.length > most;
