package h5

// indexNode is a node of a version 1 B-tree: keys around children, one more of them.
type indexNode struct {
	kind     byte // 0: of a group, 1: of chunks
	level    byte
	size     int // of the node in the file, however many children it has
	children []uint64
	keys     []byte // one for each child, its lower bound, and the upper bound of the last
}

func indexNodeSize(k, keySize int) int { return 24 + (2*k+1)*keySize + 2*k*8 }

// add adds a child and the key behind it.
func (n *indexNode) add(child uint64, key []byte) {
	n.children = append(n.children, child)
	n.keys = append(n.keys, key...)
}

func (n *indexNode) encode(left, right uint64) []byte {
	b := make([]byte, 0, n.size)
	b = append(b, 'T', 'R', 'E', 'E', n.kind, n.level)
	b = put16(b, uint16(len(n.children)))
	b = put64(put64(b, left), right)
	keySize := len(n.keys) / (len(n.children) + 1)
	for i, child := range n.children {
		b = append(b, n.keys[i*keySize:(i+1)*keySize]...)
		b = put64(b, child)
	}
	b = append(b, n.keys[len(n.children)*keySize:]...)
	return b[:cap(b)]
}

// A node of a chunk index has up to 2·k children. The library's k is 32, which leaves
// 2 KiB of nothing behind every small array: so files without a large one have a small k.
const (
	smallK = 4
	largeK = 32
)

func (w *Writer) indexK() int {
	for _, m := range w.members {
		if m.dataset != nil && len(m.dataset.stored) > 2*smallK {
			return largeK
		}
	}
	return smallK
}

// storedChunk is a chunk in the file, or all those below a node of the index.
type storedChunk struct {
	address uint64
	key     []byte // of the first element
}

// chunkIndex writes the index of chunks, which are in the order of their elements, and
// returns its address; end is the key behind the last.
func (w *Writer) chunkIndex(chunks []storedChunk, end []byte, k int) (uint64, error) {
	for level := byte(0); ; level++ {
		nodes, err := w.indexLevel(chunks, end, k, level)
		if err != nil || len(nodes) == 1 {
			return nodes[0].address, err
		}
		chunks = nodes
	}
}

// indexLevel writes the nodes of one level, which know their neighbours.
func (w *Writer) indexLevel(chunks []storedChunk, end []byte, k int, level byte) ([]storedChunk, error) {
	size := indexNodeSize(k, len(end))
	first := w.next()
	n := (len(chunks) + 2*k - 1) / (2 * k)
	nodes := make([]storedChunk, n)
	for i := range nodes {
		node := indexNode{kind: 1, level: level, size: size}
		below := chunks[i*2*k : min((i+1)*2*k, len(chunks))]
		node.keys = append(node.keys, below[0].key...)
		for j, c := range below {
			next := end
			if behind := i*2*k + j + 1; behind < len(chunks) {
				next = chunks[behind].key
			}
			node.add(c.address, next)
		}
		left, right := undefined, undefined
		if i > 0 {
			left = first + uint64((i-1)*size)
		}
		if i < n-1 {
			right = first + uint64((i+1)*size)
		}
		address, err := w.append(node.encode(left, right))
		if err != nil {
			return nodes, err
		}
		nodes[i] = storedChunk{address, below[0].key}
	}
	return nodes, nil
}
