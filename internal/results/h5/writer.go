package h5

import (
	"errors"
	"fmt"
	"os"
	"path"
)

// undefined is the address of what isn't there.
const undefined = ^uint64(0)

// Writer makes an HDF5 file without the library, which takes milliseconds for some forty
// small nodes and lets one caller in at a time. The file is of the library's
// oldest format (superblock version 1, groups as symbol tables), which every version
// reads. Values go to the file as they come, in chunks; everything that describes them
// follows at Close. The bytes follow from the calls alone.
//
// The format is https://docs.hdfgroup.org/hdf5/develop/_f_m_t11.html; names of its
// parts are as there. A Writer is for one goroutine.
type Writer struct {
	to      *os.File
	hold    int
	pending []byte // the end of the file, not written yet
	written uint64 // what lies before it
	members map[string]*member
	heap    globalHeap
}

// member is a group or dataset that is being written.
type member struct {
	name       string // the last part of the path
	attributes []Attribute
	texts      []heapObject // the values of those attributes that are a Text
	group      *group
	dataset    *dataset
	address    uint64 // of its object header
}

// NewWriter begins a file, which must be empty. Up to hold bytes are kept in memory; more
// than that is written as it comes.
func NewWriter(to *os.File, hold int) *Writer {
	return &Writer{to: to, hold: hold, pending: make([]byte, superblockSize, min(hold, 64<<10)+superblockSize), members: map[string]*member{}}
}

// CreateGroup makes a group. That of the path / comes first; each parent before its
// members.
func (w *Writer) CreateGroup(path string, attributes ...Attribute) error {
	if _, err := w.create(path, attributes, &member{group: &group{}}); err != nil {
		return fmt.Errorf("create group %s: %w", path, err)
	}
	return nil
}

func (w *Writer) create(at string, attributes []Attribute, m *member) (*member, error) {
	if err := errors.Join(checkText("node", at), checkAttributes(attributes)); err != nil {
		return nil, err
	}
	if w.members[at] != nil {
		return nil, errors.New("there is one already")
	}
	if at != "/" {
		parent := w.members[path.Dir(at)]
		if parent == nil || parent.group == nil {
			return nil, fmt.Errorf("there is no group %s", path.Dir(at))
		}
		m.name = path.Base(at)
		if err := parent.group.add(m); err != nil {
			return nil, err
		}
	}
	m.attributes = attributes
	for i := range attributes {
		if text, ok := attributes[i].Value.(Text); ok {
			m.texts = append(m.texts, w.heap.add([]byte(text)))
		}
	}
	w.members[at] = m
	return m, nil
}

// checkAttributes wants them in the order of their names.
func checkAttributes(list []Attribute) error {
	for i := range list {
		if err := list[i].check(); err != nil {
			return fmt.Errorf("attribute %s: %w", list[i].Name, err)
		}
		if i > 0 && list[i].Name <= list[i-1].Name {
			return fmt.Errorf("attribute %s is not in the order of names", list[i].Name)
		}
	}
	return nil
}

// append puts bytes at the end of the file, at an address that 8 divides, and returns it.
func (w *Writer) append(bytes []byte) (uint64, error) {
	if len(w.pending) > superblockSize && len(w.pending)+len(bytes) > w.hold {
		if err := w.flush(); err != nil {
			return 0, err
		}
	}
	address := w.next()
	w.pending = append(pad(w.pending), bytes...)
	return address, nil
}

// next is the address of what is appended next.
func (w *Writer) next() uint64 { return w.written + uint64(len(w.pending)+7)&^7 }

func (w *Writer) flush() error {
	w.pending = pad(w.pending)
	if _, err := w.to.Write(w.pending); err != nil {
		return err
	}
	w.written += uint64(len(w.pending))
	w.pending = w.pending[:0]
	return nil
}

// Close writes what is left, and leaves the file open. It returns the file's bytes if
// they were all held; nil otherwise.
func (w *Writer) Close() (image []byte, err error) {
	image, err = w.close()
	if err != nil {
		return nil, fmt.Errorf("write HDF5 file: %w", err)
	}
	return image, nil
}

func (w *Writer) close() ([]byte, error) {
	root := w.members["/"]
	if root == nil {
		return nil, errors.New("there is no group /")
	}
	if err := w.heap.write(w); err != nil {
		return nil, err
	}
	k := w.indexK()
	if err := w.member(root, k); err != nil {
		return nil, err
	}
	held := w.written == 0
	top := superblock(root, k, w.written+uint64(len(w.pending)))
	if held {
		copy(w.pending, top)
	}
	image := w.pending
	if _, err := w.to.Write(image); err != nil {
		return nil, err
	}
	if held {
		return image, nil
	}
	_, err := w.to.WriteAt(top, 0)
	return nil, err
}

// member writes everything of a node but its values, and of those below it.
func (w *Writer) member(m *member, k int) (err error) {
	var messages []byte
	var n int
	if m.group != nil {
		for _, below := range m.group.members {
			if err := w.member(below, k); err != nil {
				return err
			}
		}
		if err := m.group.write(w); err != nil {
			return err
		}
		messages, n = m.group.messages(), 1
	} else {
		if err := m.dataset.write(w, k); err != nil {
			return fmt.Errorf("index of %s: %w", m.name, err)
		}
		messages, n = m.dataset.messages(), datasetMessages
	}
	messages = m.appendAttributes(messages, &w.heap)
	m.address, err = w.append(objectHeader(messages, n+len(m.attributes)))
	return err
}

func (m *member) appendAttributes(messages []byte, heap *globalHeap) []byte {
	texts := m.texts
	for i := range m.attributes {
		var text heapObject
		if _, ok := m.attributes[i].Value.(Text); ok {
			text, texts = texts[0], texts[1:]
		}
		messages = appendMessage(messages, messageAttribute, m.attributes[i].encode(heap, text))
	}
	return messages
}

const superblockSize = 100

// superblock is version 1, which tells how many entries a chunk index's nodes have.
func superblock(root *member, k int, end uint64) []byte {
	b := append([]byte("\x89HDF\r\n\x1a\n"), 1, 0, 0, 0, 0, 8, 8, 0)
	b = put16(b, symbolLeafK)
	b = put16(b, symbolIndexK)
	b = put32(b, 0)
	b = put16(b, uint16(k))
	b = put16(b, 0)
	b = put64(b, 0)
	b = put64(b, undefined)
	b = put64(b, end)
	b = put64(b, undefined)
	return root.symbol(b, 0)
}
