-- The numbers of pairs of category and type, in their order; a new pair gets one. Inside the commit-ordered section.
CREATE FUNCTION everfold.kinds(p_category text[], p_type text[]) RETURNS integer[] LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO everfold.kind (kind, category, type)
    SELECT (SELECT coalesce(max(kind), 0) FROM everfold.kind) + row_number() OVER (ORDER BY n.o), n.category, n.type
    FROM unnest(p_category, p_type) WITH ORDINALITY n(category, type, o)
    WHERE NOT EXISTS (SELECT FROM everfold.kind k WHERE k.type = n.type AND k.category = n.category);
  RETURN ARRAY(
    SELECT k.kind FROM unnest(p_category, p_type) WITH ORDINALITY n(category, type, o)
      JOIN everfold.kind k USING (type, category) ORDER BY n.o);
END $$;
