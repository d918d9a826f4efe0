// Package window keeps a bounded number of orders in the queue: those of the tasks that are to be executed next.
//
// Window owns what the coordinator knows of the orders in the queue: whether they have to be withdrawn, how many the
// queue has room for, how long tasks take, which orders only some workers have the memory for, and which order is the
// last chance of its task. It asks the state
// machine which tasks come next, makes their orders, and publishes them. When what comes next has changed, it withdraws
// all orders and publishes the right ones.
//
// It guarantees that nothing is published or withdrawn unless the root is this coordinator's, and that an order that
// may not have arrived is published again. It keeps no record of single orders: the state machine knows which tasks are
// queued.
//
// Start reading at window.go. size.go says how many orders the queue is to hold, sender.go which tasks get one, and
// check.go compares the queue with the machine.
package window
