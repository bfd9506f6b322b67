/** A complete third-party memory: slots that tokens read by cross-attention and a gate rewrites after each segment. */
package org.example.gatedslots;
