package org.vhostdp.bench.latency;

/** Frames turn around inside the client: shows what the client and its core add by themselves. */
final class TurnaroundWire implements Wire {
  private final long[] numbers;
  private int head;
  private int tail;
  private int visible;

  /**
   * @param room frames it holds, a power of two
   */
  TurnaroundWire(int room) {
    numbers = new long[room];
  }

  @Override
  public boolean send(long number) {
    if (tail - head == numbers.length) {
      return false;
    }
    numbers[tail++ & numbers.length - 1] = number;
    return true;
  }

  @Override
  public void flush() {
    visible = tail;
  }

  @Override
  public long receive() {
    return head == visible ? NOTHING : numbers[head++ & numbers.length - 1];
  }

  @Override
  public int room() {
    return numbers.length;
  }
}
