// The closed word lists of the town. They are small on purpose: the shipped model has few parameters
// and a small tokenizer, and a closed vocabulary is what lets every answer be checked.

export const NAMES = [
  'Ada', 'Abe', 'Anna', 'Bea', 'Ben', 'Bruno', 'Clara', 'Carl', 'Cora', 'Dan', 'Dora', 'Ella',
  'Emil', 'Erik', 'Fay', 'Finn', 'Greta', 'Gus', 'Hana', 'Hugo', 'Ida', 'Ivan', 'Jack', 'June',
  'Kai', 'Kate', 'Lena', 'Leo', 'Max', 'Mia', 'Mina', 'Ned', 'Nora', 'Olga', 'Otto', 'Paul',
  'Pia', 'Rosa', 'Ruth', 'Sam', 'Sora', 'Sven', 'Tess', 'Theo', 'Uma', 'Vera', 'Yuri', 'Zoe',
] as const;

// All of these follow the article “a” well, so none begins with a vowel.
export const JOBS = [
  'baker', 'smith', 'teacher', 'doctor', 'painter', 'tailor',
  'weaver', 'carpenter', 'gardener', 'miller', 'fisher', 'sailor',
] as const;

export const PETS = [
  'cat', 'dog', 'goat', 'parrot', 'hen', 'rabbit',
  'pony', 'duck', 'goose', 'lizard', 'turtle', 'crab',
] as const;

export const COLOURS = [
  'red', 'blue', 'green', 'yellow', 'white', 'black',
  'brown', 'grey', 'pink', 'purple', 'golden', 'silver',
] as const;

export const STREETS = [
  'Pier Street', 'Mill Street', 'Church Street', 'Market Street', 'Castle Street', 'Garden Street',
  'Bridge Street', 'River Street', 'Tower Street', 'Hill Street', 'Sand Street', 'Anchor Street',
] as const;

export const FOODS = [
  'bread', 'soup', 'cheese', 'fish', 'cake', 'honey',
  'rice', 'apples', 'plums', 'beans', 'noodles', 'stew',
] as const;

/** Most nets a resident can have; everybody has at least one. */
export const MOST_NETS = 20;

/** Things that residents keep to themselves. */
export const SECRETS = ['key', 'ring', 'map', 'diary', 'letter', 'purse', 'watch', 'money'] as const;

export const HIDING_PLACES = [
  'under the mat', 'behind the clock', 'inside the teapot', 'below the stairs',
  'near the well', 'above the door', 'in the cellar', 'under the bed',
] as const;

/** What people complain of, and the one thing that the town holds to help. */
export const REMEDIES = {
  'a bad cough': 'honey tea',
  'a sore throat': 'warm milk',
  'a headache': 'a quiet rest',
  'sore feet': 'a warm bath',
  'cold hands': 'wool gloves',
  'a toothache': 'clove oil',
  'bad dreams': 'an evening walk',
  'sunburn': 'cool water',
  'seasickness': 'fresh ginger',
  'wet boots': 'dry straw',
  'a torn net': 'strong thread',
  'a leaking boat': 'hot tar',
} as const;

export type Complaint = keyof typeof REMEDIES;
export const COMPLAINTS = Object.keys(REMEDIES) as Complaint[];
