"""The op table: each op's shape rule, body and gradient side by side.

Importing this package fills `penstock.ir.op.TABLE`.
"""
