package protocol

import "slices"

// ClassCode is a Class in one byte, for where millions are kept. The zero value is no class.
type ClassCode uint8

var classes = append([]Class{""}, Classes()...)

// Code returns the class's code. A class of a newer version of the program has that of Lost.
func (c Class) Code() ClassCode {
	if i := slices.Index(classes, c); i >= 0 {
		return ClassCode(i)
	}
	return Lost.Code()
}

// Class returns the class whose code it is.
func (c ClassCode) Class() Class { return classes[c] }
