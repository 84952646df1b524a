export const HOUSE_ITEMS = [] as unknown as import('../house-items.js').HouseItem[];
