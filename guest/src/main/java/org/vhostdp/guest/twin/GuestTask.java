package org.vhostdp.guest.twin;

import java.util.concurrent.CompletableFuture;

/** Something a builtin guest does step by step on its own thread. */
abstract class GuestTask<T> {
  final CompletableFuture<T> result = new CompletableFuture<>();

  /** Goes on as far as it can at {@code now}, from {@link System#nanoTime}; false when over. */
  abstract boolean step(IpHost host, long now);

  /** When to step again if nothing arrives, on the clock of {@link System#nanoTime}. */
  abstract long wakeAt();

  /** An echo reply came. */
  void echoReply(int id, int sequence, long now) {}
}
