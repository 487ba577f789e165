// Checks logs and receipts of this crate with the Go project's own packages, which share no code
// with it:
//
//	main VKEY-FILE RECEIPT…   checks receipts
//	main LOG-FOLDER…          checks folders written by the example write_log: signature, root
//	                          from tiles, every entry, receipts, consistency, and that one
//	                          changed byte in any of a receipt, a tile and a bundle is caught
package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: main VKEY-FILE RECEIPT… | main LOG-FOLDER…")
		os.Exit(2)
	}
	if info, err := os.Stat(os.Args[1]); err == nil && info.IsDir() {
		for _, folder := range os.Args[1:] {
			must(folder, checkLog(folder))
		}
		return
	}
	verifier, err := readVerifier(os.Args[1])
	must(os.Args[1], err)
	if len(os.Args) == 2 {
		must(os.Args[1], fmt.Errorf("no receipt to check"))
	}
	for _, path := range os.Args[2:] {
		text, err := os.ReadFile(path)
		must(path, err)
		must(path, checkReceipt(text, verifier))
	}
}

func must(what string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}

func readVerifier(path string) (note.Verifier, error) {
	vkey, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return note.NewVerifier(strings.TrimSpace(string(vkey)))
}

func openCheckpoint(text []byte, verifier note.Verifier) (tlog.Tree, error) {
	var tree tlog.Tree
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return tree, fmt.Errorf("malformed checkpoint %q", opened.Text)
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

func checkReceipt(text []byte, verifier note.Verifier) error {
	head, checkpoint, found := strings.Cut(string(text), "\n\n")
	if !found {
		return fmt.Errorf("no checkpoint")
	}
	lines := strings.Split(head, "\n")
	if len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" ||
		!strings.HasPrefix(lines[1], "extra ") || !strings.HasPrefix(lines[2], "index ") {
		return fmt.Errorf("malformed head %q", head)
	}
	extra, err := base64.StdEncoding.Strict().DecodeString(lines[1][len("extra "):])
	if err != nil {
		return err
	}
	if len(extra) < 65 || extra[0] != 1 {
		return fmt.Errorf("malformed extra data")
	}
	index, err := strconv.ParseInt(lines[2][len("index "):], 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	tree, err := openCheckpoint([]byte(checkpoint), verifier)
	if err != nil {
		return err
	}
	commitment := sha256.Sum256(append([]byte("orfevre-commitment-1\n"), extra[1:]...))
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(commitment[:]))
}

// A tile's path in C2SP tlog-tiles: Go's own has the height in it.
func tilePath(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
}

type folderReader struct {
	folder string
	// Path of which one byte is read wrong, to see that it is caught.
	spoilt string
}

func (r folderReader) read(path string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(r.folder, path))
	if err == nil && path == r.spoilt {
		data[len(data)/2] ^= 1
	}
	return data, err
}

func (r folderReader) Height() int                     { return 8 }
func (r folderReader) SaveTiles([]tlog.Tile, [][]byte) {}
func (r folderReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := r.read(tilePath(tile))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func checkEntries(r folderReader, tree tlog.Tree) error {
	hashes := tlog.TileHashReader(tree, r)
	for start := int64(0); start < tree.N; start += 256 {
		width := min(tree.N-start, 256)
		path := tlog.Tile{H: 8, L: -1, N: start / 256, W: int(width)}.Path()
		bundle, err := r.read(strings.Replace(path, "tile/8/data/", "tile/entries/", 1))
		if err != nil {
			return err
		}
		var indexes []int64
		for i := int64(0); i < width; i++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, start+i))
		}
		leaves, err := hashes.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for _, leaf := range leaves {
			if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
				return fmt.Errorf("%s is cut off", path)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			if tlog.RecordHash(bundle[2:end]) != leaf {
				return fmt.Errorf("an entry of %s is not the leaf", path)
			}
			bundle = bundle[end:]
		}
		if len(bundle) != 0 {
			return fmt.Errorf("%s is too long", path)
		}
	}
	return nil
}

func checkLog(folder string) error {
	verifier, err := readVerifier(filepath.Join(folder, "log.vkey"))
	if err != nil {
		return err
	}
	r := folderReader{folder: folder}
	text, err := r.read("checkpoint")
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(text, verifier)
	if err != nil {
		return err
	}
	if err := checkEntries(r, tree); err != nil {
		return err
	}
	width := int(min(tree.N, 256))
	for _, path := range []string{
		tilePath(tlog.Tile{H: 8, L: 0, N: 0, W: width}),
		strings.Replace(tilePath(tlog.Tile{H: 8, L: 0, N: 0, W: width}), "/0/", "/entries/", 1),
	} {
		if checkEntries(folderReader{folder, path}, tree) == nil {
			return fmt.Errorf("a changed byte of %s was not caught", path)
		}
	}

	receipts, err := filepath.Glob(filepath.Join(folder, "receipts", "*.tlog-proof"))
	if err != nil || len(receipts) == 0 {
		return fmt.Errorf("no receipts (%v)", err)
	}
	for _, path := range receipts {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := checkReceipt(text, verifier); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		for place := range text {
			// The character before the padding has unused bits, which Go's decoder lets
			// pass and ours refuses.
			if place+1 < len(text) && text[place+1] == '=' {
				continue
			}
			changed := append([]byte(nil), text...)
			changed[place] ^= 1
			if checkReceipt(changed, verifier) == nil {
				return fmt.Errorf("%s: a changed byte %d was not caught", path, place)
			}
		}
	}

	proofs, err := filepath.Glob(filepath.Join(folder, "consistency", "*"))
	if err != nil || len(proofs) == 0 {
		return fmt.Errorf("no consistency proofs (%v)", err)
	}
	for _, path := range proofs {
		oldSize, err := strconv.ParseInt(filepath.Base(path), 10, 64)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var proof tlog.TreeProof
		for _, line := range strings.Fields(string(text)) {
			hash, err := tlog.ParseHash(line)
			if err != nil {
				return err
			}
			proof = append(proof, hash)
		}
		oldRoot, err := tlog.TreeHash(oldSize, tlog.TileHashReader(tree, r))
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, oldSize, oldRoot); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	fmt.Printf("%s: %d entries, %d receipts, %d consistency proofs\n",
		folder, tree.N, len(receipts), len(proofs))
	return nil
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}
