package org.vhostdp.driver.loopback;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CircleTest {
  private static final int SIZE = 8;

  @Test
  void everyStretchIsCopiedAndComparedWholly() {
    for (int position = 0; position < 2 * SIZE; position++) {
      for (int n = 0; n <= SIZE; n++) {
        stretch(position, n);
      }
    }
  }

  private static void stretch(int position, int n) {
    long[] words = new long[SIZE + 1];
    int[] ints = new int[SIZE + 1];
    Arrays.setAll(words, i -> 100 + i);
    Arrays.setAll(ints, i -> 200 + i);
    long[] circle = new long[SIZE];
    int[] small = new int[SIZE];
    Circle.write(circle, position, words, 1, n);
    Circle.write(small, position, ints, 1, n);
    for (int i = 0; i < SIZE; i++) {
      assertEquals(i < n ? 101 + i : 0, circle[(position + i) % SIZE]);
      assertEquals(i < n ? 201 + i : 0, small[(position + i) % SIZE]);
    }
    long[] back = new long[n];
    int[] few = new int[n];
    Circle.read(circle, position, back, n);
    Circle.read(small, position, few, n);
    assertArrayEquals(Arrays.copyOfRange(words, 1, 1 + n), back);
    assertArrayEquals(Arrays.copyOfRange(ints, 1, 1 + n), few);
    for (int wrong = 0; wrong <= SIZE; wrong++) {
      words[wrong]++;
      boolean touched = wrong >= 1 && wrong < 1 + n;
      assertEquals(!touched, Circle.matches(circle, position, words, 1, n));
      words[wrong]--;
    }
  }
}
