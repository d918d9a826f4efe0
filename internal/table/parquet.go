package table

import (
	"fmt"
	"io"
	"reflect"

	"github.com/parquet-go/parquet-go"
)

// WriteParquet writes the table as Parquet, compressed with zstd. Every column is optional. The unit of a column is in the file's
// metadata under "unit:" followed by the column's name. Equal tables give equal bytes.
func (t *Table) WriteParquet(w io.Writer) error {
	schema := t.schema()
	options := []parquet.WriterOption{schema, parquet.Compression(&parquet.Zstd), parquet.CreatedBy("eisweep", "", "")}
	for i := range t.Columns {
		if c := &t.Columns[i]; c.Unit != "" {
			options = append(options, parquet.KeyValueMetadata("unit:"+c.Name, c.Unit))
		}
	}
	out := parquet.NewGenericWriter[any](w, options...)
	rows := make([]parquet.Row, 1)
	for i := range t.Len() {
		rows[0] = t.parquetRow(rows[0][:0], i)
		if _, err := out.WriteRows(rows); err != nil {
			return err
		}
	}
	return out.Close()
}

// schema has the columns in their order: a parquet.Group would sort them by name.
func (t *Table) schema() *parquet.Schema {
	types := map[Kind]reflect.Type{Text: reflect.TypeFor[*string](), Number: reflect.TypeFor[*float64](), Integer: reflect.TypeFor[*int64]()}
	fields := make([]reflect.StructField, len(t.Columns))
	for i := range t.Columns {
		c := &t.Columns[i]
		tag := c.Name + ",optional"
		if c.Kind == Text {
			tag += ",dict"
		}
		fields[i] = reflect.StructField{
			Name: fmt.Sprintf("Column%d", i), Type: types[c.Kind], Tag: reflect.StructTag(fmt.Sprintf("parquet:%q", tag)),
		}
	}
	return parquet.SchemaOf(reflect.New(reflect.StructOf(fields)).Interface())
}

// parquetRow appends the values of a row.
func (t *Table) parquetRow(values parquet.Row, row int) parquet.Row {
	for j := range t.Columns {
		c := &t.Columns[j]
		if c.Missing(row) {
			values = append(values, parquet.NullValue().Level(0, 0, j))
			continue
		}
		var v parquet.Value
		switch c.Kind {
		case Text:
			v = parquet.ByteArrayValue([]byte(c.Text[row]))
		case Integer:
			v = parquet.Int64Value(int64(c.Numbers[row]))
		default:
			v = parquet.DoubleValue(c.Numbers[row])
		}
		values = append(values, v.Level(0, 1, j))
	}
	return values
}
