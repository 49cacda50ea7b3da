package org.vhostdp.driver.loopback;

import java.util.Arrays;

/**
 * Stretches of arrays that go round: position p stands at p modulo the array's length, a power of
 * two. A stretch is never longer than the array, so it breaks once at most.
 */
final class Circle {
  private Circle() {}

  /** Copies n words from a position on to the beginning of an array. */
  static void read(long[] circle, long position, long[] to, int n) {
    int at = (int) position & circle.length - 1;
    int whole = Math.min(n, circle.length - at);
    System.arraycopy(circle, at, to, 0, whole);
    if (whole < n) {
      System.arraycopy(circle, 0, to, whole, n - whole);
    }
  }

  /** Copies n words from a position on to the beginning of an array. */
  static void read(int[] circle, long position, int[] to, int n) {
    int at = (int) position & circle.length - 1;
    int whole = Math.min(n, circle.length - at);
    System.arraycopy(circle, at, to, 0, whole);
    if (whole < n) {
      System.arraycopy(circle, 0, to, whole, n - whole);
    }
  }

  /** Copies n words of an array to a position. */
  static void write(long[] circle, long position, long[] from, int first, int n) {
    int at = (int) position & circle.length - 1;
    int whole = Math.min(n, circle.length - at);
    System.arraycopy(from, first, circle, at, whole);
    if (whole < n) {
      System.arraycopy(from, first + whole, circle, 0, n - whole);
    }
  }

  /** Copies n words of an array to a position. */
  static void write(int[] circle, long position, int[] from, int first, int n) {
    int at = (int) position & circle.length - 1;
    int whole = Math.min(n, circle.length - at);
    System.arraycopy(from, first, circle, at, whole);
    if (whole < n) {
      System.arraycopy(from, first + whole, circle, 0, n - whole);
    }
  }

  /** Whether n words of an array are those from a position on. */
  static boolean matches(long[] circle, long position, long[] words, int first, int n) {
    int at = (int) position & circle.length - 1;
    int whole = Math.min(n, circle.length - at);
    int rest = n - whole;
    int cut = first + whole;
    return Arrays.mismatch(circle, at, at + whole, words, first, cut) < 0
        && (rest == 0 || Arrays.mismatch(circle, 0, rest, words, cut, cut + rest) < 0);
  }
}
