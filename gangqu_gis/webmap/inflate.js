// Deflate undone (RFC 1951), for browsers without DecompressionStream.

const LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCES = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073,
  4097, 6145, 8193, 12289, 16385, 24577];
const DISTANCE_BITS = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

// How many codes there are of each length, and their symbols in the order of the codes.
function huffman(lengths) {
  const count = new Uint16Array(16);
  for (const length of lengths) count[length] += 1;
  count[0] = 0;
  const next = new Uint16Array(16);
  for (let i = 1; i < 15; i += 1) next[i + 1] = next[i] + count[i];
  const symbols = new Uint16Array(lengths.length);
  lengths.forEach((length, symbol) => {
    if (length) {
      symbols[next[length]] = symbol;
      next[length] += 1;
    }
  });
  return { count, symbols };
}

// size: how long the result is, known beforehand.
function inflate(bytes, size) {
  const out = new Uint8Array(size);
  let [at, bit, end] = [0, 0, 0];

  function take(count) {
    let value = 0;
    for (let i = 0; i < count; i += 1) {
      value |= ((bytes[at] >> bit) & 1) << i;
      bit += 1;
      if (bit === 8) {
        bit = 0;
        at += 1;
      }
    }
    return value;
  }

  function symbolOf({ count, symbols }) {
    let [code, first, index] = [0, 0, 0];
    for (let length = 1; length < 16; length += 1) {
      code |= take(1);
      if (code - count[length] < first) return symbols[index + (code - first)];
      index += count[length];
      first = (first + count[length]) << 1;
      code <<= 1;
    }
    throw new RangeError('deflate: no such code');
  }

  function stored() {
    if (bit) {
      bit = 0;
      at += 1;
    }
    const length = bytes[at] | (bytes[at + 1] << 8);
    out.set(bytes.subarray(at + 4, at + 4 + length), end);
    at += 4 + length;
    end += length;
  }

  function coded(literals, distances) {
    for (let symbol = symbolOf(literals); symbol !== 256; symbol = symbolOf(literals)) {
      if (symbol < 256) {
        out[end] = symbol;
        end += 1;
      } else {
        const length = LENGTHS[symbol - 257] + take(LENGTH_BITS[symbol - 257]);
        const far = symbolOf(distances);
        const back = DISTANCES[far] + take(DISTANCE_BITS[far]);
        for (let i = 0; i < length; i += 1, end += 1) out[end] = out[end - back];
      }
    }
  }

  function ownCodes() {
    const [literals, distances, codes] = [take(5) + 257, take(5) + 1, take(4) + 4];
    const codeLengths = new Array(19).fill(0);
    for (let i = 0; i < codes; i += 1) codeLengths[CODE_ORDER[i]] = take(3);
    const tree = huffman(codeLengths);
    const lengths = [];
    while (lengths.length < literals + distances) {
      const symbol = symbolOf(tree);
      if (symbol < 16) lengths.push(symbol);
      else {
        const [again, times] = symbol === 16 ? [lengths[lengths.length - 1], 3 + take(2)]
          : [0, symbol === 17 ? 3 + take(3) : 11 + take(7)];
        for (let i = 0; i < times; i += 1) lengths.push(again);
      }
    }
    return [huffman(lengths.slice(0, literals)), huffman(lengths.slice(literals))];
  }

  function fixedCodes() {
    const lengths = Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8));
    return [huffman(lengths), huffman(new Array(30).fill(5))];
  }

  for (let last = 0; !last;) {
    last = take(1);
    const kind = take(2);
    if (kind === 0) stored();
    else if (kind === 3) throw new RangeError('deflate: no such block');
    else coded(...(kind === 1 ? fixedCodes() : ownCodes()));
  }
  return out;
}
